/** `cleave vm top` of a real machine: what it shows, whom it leaves in peace, and who does not hold it up. */
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import type { MachineUse, TopDocument } from '../../sdk/cli/documents/top.ts'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import { openStore } from '../../sdk/store/store.ts'
import { openTestHost } from './support/host.ts'

const mebibyte = 2 ** 20

t.test('what machines and their groups use', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole')
  const { backing = '' } = machine.record()
  await host.cleave.machines.create({ name: 'idle', image: join(backing, '..') })
  const program = `${import.meta.dirname}/../../sdk/cli/main.ts`
  const top = async (...words: string[]): Promise<string> => {
    const all = [program, '--home', host.home, 'vm', 'top', '--interval', '3', ...words]
    return (await execa(process.execPath, all, { timeout: 60_000 })).stdout
  }
  const seen = async (name: string, ...words: string[]): Promise<MachineUse> => {
    const lines = (await top('--json', ...words)).split('\n')
    const { machines } = JSON.parse(lines.at(-1) ?? '') as TopDocument
    const found = machines.find((one) => one.name === name)
    if (found === undefined) throw new Error(`${name} is not shown`)
    return found
  }
  const shell = await host.shell('whole')
  // Not all of the processor: everybody else in the guest needs some of it.
  await shell.run("systemd-run --quiet --unit=busy -p CPUQuota=40% sh -c 'while :; do :; done'")

  await t.test('a group that works, in its machine that works', async (t) => {
    const whole = await seen('whole')
    t.match(whole, { life: 'running', cpus: 1, memoryMiB: 512, parent: null, error: null })
    const { cpuCores, memory, groups } = whole
    const busy = groups?.find(({ name }) => name === 'busy')
    t.ok(busy !== undefined && busy.cpuCores > 0, `busy uses ${busy?.cpuCores}`)
    const others = groups?.filter(({ name }) => name !== 'busy') ?? []
    t.ok(others.length >= 4)
    for (const { name, cpuCores: use } of others) t.ok(use < (busy?.cpuCores ?? 0), `${name} uses less`)
    // What the guest uses, QEMU uses.
    t.ok((cpuCores ?? 0) > 0)
    t.ok((memory?.proportionalBytes ?? 0) > 100 * mebibyte)
  })

  await t.test('a machine that does not run', async (t) => {
    const idle = { life: 'stopped', cpuCores: null, memory: null, groups: null, error: null }
    t.match(await seen('idle'), idle)
  })

  await t.test('as a table', async (t) => {
    const text = await top('--rounds', '1')
    t.match(text, /^whole +running +\d\.\d\d +1 +\d+ MiB/m)
    t.match(text, /^[├└]─ busy +running +0\.[1-9]\d/m)
    t.match(text, /^idle +stopped +- /m)
    t.notMatch(await top('--rounds', '1', '--no-groups'), /busy/)
  })

  await t.test('others have the channel while it goes on', async (t) => {
    const going = execa(process.execPath, [program, '--home', host.home, 'vm', 'top', '--rounds', '100'], {
      reject: false,
      timeout: 60_000,
    })
    for (let count = 0; count < 5; count += 1) t.ok((await machine.groups()).groups.length > 0)
    going.kill('SIGINT')
    t.equal((await going).exitCode, 0)
  })

  await t.test('an agent that does not answer', async (t) => {
    await shell.run('systemctl stop cleave-agent')
    const { cpuCores, groups, error } = await seen('whole')
    t.ok((cpuCores ?? 0) > 0)
    t.equal(groups, null)
    t.match(error, { code: 'NO_ANSWER', message: /agent of whole/ })
    t.match(await seen('idle'), { life: 'stopped', error: null })
    t.equal((await seen('whole', '--no-groups')).error, null)
    await shell.run('systemctl start cleave-agent')
  })

  await t.test('a split is left in peace', async (t) => {
    using store = openStore({ path: join(host.home, 'store.db') })
    const ports = { store, hypervisor: host.cleave.hypervisor, settings: host.cleave.settings }
    const steps: string[] = []
    const operation = await beginSplit(ports, {
      machine: 'whole',
      request: {
        children: [
          { name: 'front', groups: ['shop', 'busy'] },
          { name: 'back', groups: [] },
        ],
        rest: 'back',
      },
      intervene: async (step) => {
        if (step !== 'fork' && step !== 'settle') return
        steps.push(step)
        for (const name of ['whole', 'front', 'back']) {
          const { error, groups } = await seen(name)
          t.equal(groups, null)
          t.match(error, { code: 'MACHINE_BUSY', message: /in the middle of split-/ }, `${name} at ${step}`)
        }
      },
    })
    await operation.wait()
    t.same(steps, ['fork', 'settle'])
    // Its agent runs for the first time as a copy.
    t.match(await seen('front', '--rounds', '4'), { parent: 'whole', life: 'running', error: null })
    t.match(await seen('whole'), { life: 'split', cpuCores: null, groups: null, error: null })
  })
})
