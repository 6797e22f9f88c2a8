/** Clocks, timers and connections of a child, after a pause that is made long (docs/time.md). */
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { machineFiles } from '../../sdk/hypervisor/qemu/machine-files.ts'
import { connectQmp } from '../../sdk/hypervisor/qemu/qmp/client.ts'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import type { SplitResult } from '../../sdk/operation/split/result.ts'
import type { NamedAssignment } from '../../sdk/planning/assignment.ts'
import { openStore } from '../../sdk/store/store.ts'
import { armProbe, dueSeconds, probe, type Sighting, sightingsIn, startProbe } from './support/clock-probe.ts'
import { type GuestShell, openGuestShell } from './support/guest-shell.ts'
import { openTestHost } from './support/host.ts'

/** How long the parent is stopped by hand, before the split stops it. */
const stoppedMs = 8000
/** From that stop until the timers are due by the guest's monotonic clock, which stands still meanwhile. */
const leftMs = 5000
/** How far a wall clock may be off: far less than it would be without being set. */
const boundMs = 1000
const ECANCELED = 125
const EINTR = 4

t.test('time goes on in a child', { timeout: 400_000 }, async (t) => {
  await using host = await openTestHost()
  await host.startMachine('whole')
  const { hypervisor, settings, machines } = host.cleave
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor, settings }
  // Not the host's own: a machine that went over to a twin has another console.
  const withShell = async <Result>(name: string, use: (shell: GuestShell) => Promise<Result>) => {
    await using shell = await openGuestShell(hypervisor.consoleSocket(machines.get(name).record()))
    return await use(shell)
  }
  const wallClockIsRight = (t: Test, name: string) =>
    withShell(name, async (shell) => {
      const before = Date.now()
      const guest = Number(await shell.run('date +%s%3N'))
      const after = Date.now()
      t.comment(`the wall clock of ${name} is ${before - guest} to ${after - guest} ms behind the host's`)
      t.ok(
        guest > before - boundMs && guest < after + boundMs,
        `${name}: ${guest} is in ${before} to ${after}`,
      )
    })
  const stopByHand = async (name: string) => {
    const path = machineFiles(machines.get(name).record()).observer
    using monitor = await connectQmp({ path, peer: name })
    await monitor.execute('stop')
    await delay(stoppedMs)
  }
  await wallClockIsRight(t, 'whole')
  await withShell('whole', (shell) => startProbe(shell, ['own-1.service', 'own-2.service']))
  const connection = connect(probe.port, probe.address)
  t.teardown(() => connection.destroy())
  await once(connection, 'connect')
  let echoed = 0
  connection.on('data', (data: Buffer) => {
    echoed += data.length
  })

  await t.test('a parent that goes on after a split was taken back', async (t) => {
    const request = { children: [{ name: 'never', groups: [probe.group] }], rest: 'never' }
    const intervene = async (step: string) => {
      if (step === 'fork') await stopByHand('whole')
      if (step === 'commit') throw new Error('commit was made to fail')
    }
    const operation = await beginSplit(ports, { machine: 'whole', request, intervene })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
    await wallClockIsRight(t, 'whole')
  })

  const splitWithPause = async (name: string, generation: number, request: NamedAssignment) => {
    let due = 0
    const intervene = async (step: string) => {
      if (step === 'quiesce') {
        due = await withShell(name, async (shell) => {
          const at = await armProbe(shell)
          for (const unit of [`own-${generation}`, `stray-${generation}`])
            await shell.run(
              `systemd-run --quiet --unit=${unit} --on-calendar=@${Math.ceil(at)} --timer-property=AccuracySec=1ms touch /run/${unit}`,
            )
          return at
        })
      }
      if (step !== 'fork') return
      await delay(due * 1000 - leftMs - Date.now())
      await stopByHand(name)
      connection.write('sent while it stands still')
    }
    const operation = await beginSplit(ports, { machine: name, request, intervene })
    return await operation.wait()
  }

  const timeIsRight = async (t: Test, result: SplitResult, generation: number) => {
    const [owner = '', other = ''] = result.children.map(({ name }) => name)
    for (const { name } of result.children) await wallClockIsRight(t, name)
    const seen = await withShell(owner, async (shell) => {
      await shell.run(
        '(for i in $(seq 300); do [ $(grep -c fired /run/clocks.jsonl) = 8 ] && exit 0; sleep 0.1; done; exit 1)',
      )
      return await sightingsIn(shell)
    })
    checkSightings(t, seen, result.pauseMs ?? Number.NaN)
    const [own, stray] = [`own-${generation}`, `stray-${generation}`]
    const ran = (name: string) =>
      withShell(name, (shell) => shell.run(`ls /run | grep -E '^(own|stray)-${generation}$' | cat`))
    t.equal(await ran(owner), `${own}\n${stray}`, 'a calendar timer fires, in the child that has its unit')
    t.equal(await ran(other), stray, 'or in every child, when no group has it')
    const before = echoed
    connection.write('and after')
    await once(connection, 'data', { signal: AbortSignal.timeout(20_000) })
    t.ok(echoed > before, 'the connection goes on')
    t.ok(echoed >= 'sent while it stands still'.length * generation, 'nothing that was sent is lost')
  }

  await t.test('a child', async (t) => {
    const request = { children: [{ name: 'main', groups: [probe.group, 'witness-a'] }], rest: 'side' }
    const result = await splitWithPause('whole', 1, {
      ...request,
      children: [...request.children, { name: 'side', groups: [] }],
    })
    await timeIsRight(t, result, 1)
  })

  await t.test('a child of a child, which went over to a twin', async (t) => {
    const request = {
      children: [
        { name: 'main-2', groups: [probe.group] },
        { name: 'side-2', groups: [] },
      ],
      rest: 'side-2',
    }
    const result = await splitWithPause('main', 2, request)
    t.ok(result.twin !== null)
    await timeIsRight(t, result, 2)
  })
})

/** Clocks are compared with each other: how long anything took is nowhere expected. */
function checkSightings(t: Test, seen: readonly Sighting[], pauseMs: number): void {
  t.same(
    seen.filter(({ event }) => event === 'backwards'),
    [],
  )
  const steps = seen.flatMap((one) => (one.event === 'step' ? [one.seconds] : []))
  const stepped = steps.reduce((sum, seconds) => sum + seconds, 0)
  t.ok(
    Math.abs(stepped * 1000 - pauseMs) < boundMs,
    `the wall clock went ahead by ${steps}, the pause was ${pauseMs} ms`,
  )
  const fired = new Map(seen.flatMap((one) => (one.event === 'fired' ? [[one.name, one]] : [])))
  const passed = (name: string, clock: 'real' | 'monotonic' | 'boot' | 'cpu') => {
    const one = fired.get(name)
    return one === undefined ? Number.NaN : one[clock] - one.armed[clock]
  }
  for (const [name, { error }] of fired) t.comment(`${name}: ${passed(name, 'monotonic')} s, error ${error}`)
  t.comment(`a step of ${steps} s, a pause of ${pauseMs} ms`)
  const relative = ['relative', 'relative-boot', 'relative-real', 'sleep', 'nanosleep']
  for (const name of relative) {
    t.equal(fired.get(name)?.error, null, name)
    const late = passed(name, 'monotonic') - dueSeconds
    t.ok(late >= 0, `${name} is never early by the monotonic clock`)
    const lateByWall = passed(name, 'real') - dueSeconds
    t.ok(lateByWall - late < pauseMs / 1000 + boundMs / 1000, `${name} is late by the pause: ${lateByWall} s`)
  }
  t.equal(fired.get('absolute')?.error, null)
  t.ok(passed('absolute', 'real') >= dueSeconds, 'what is due by the wall clock is not early')
  t.ok(passed('absolute', 'monotonic') < dueSeconds, 'but fires when that is set, before the others')
  t.match(fired.get('cancelled'), { error: ECANCELED }, 'who wants to know of the step is told')
  t.match(fired.get('epoll'), { error: EINTR }, 'a freeze interrupts what is not begun anew by the kernel')
  for (const name of [...relative, 'absolute']) {
    t.ok(
      Math.abs(passed(name, 'boot') - passed(name, 'monotonic')) < 0.01,
      `${name}: the pause is no suspension`,
    )
    t.ok(passed(name, 'cpu') < passed(name, 'monotonic'), `${name}: a process that waits takes no processor`)
  }
}
