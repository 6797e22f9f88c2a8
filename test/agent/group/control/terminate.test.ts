import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { createGroupControl } from '../../../../agent/group/control/control.ts'
import { createOccupancy } from '../../../../agent/group/control/occupancy.ts'
import { isAlive, readProcessStatus, signalProcess } from '../../../../agent/group/control/process-status.ts'
import { createRealGuest, type RealGuest } from './real-guest.ts'

function controlOf(guest: RealGuest) {
  return createGroupControl({ survey: guest.survey, occupancy: createOccupancy(), tree: guest.tree })
}

const orderly = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done"
const stubborn = "trap '' TERM; echo ready; while :; do sleep 0.01; done"
const long = 60_000

t.test('a group that heeds SIGTERM ends by it', async (t) => {
  await using guest = createRealGuest()
  const pid = await guest.start({ group: 'shop', script: orderly, cgroup: guest.cgroup('shop') })
  const { processes } = await controlOf(guest).terminate({ group: 'shop', graceMilliseconds: long })
  t.match(
    processes.filter(({ id }) => id?.pid === pid),
    [{ name: 'sh', ending: 'ENDING_TERMINATED' }],
  )
  t.same(await guest.members('shop'), [])
})

t.test(
  'a group that ignores SIGTERM is killed after its grace, with all that it started since',
  async (t) => {
    await using guest = createRealGuest()
    const pid = await guest.start({ group: 'shop', script: stubborn, cgroup: guest.cgroup('shop') })
    const { processes } = await controlOf(guest).terminate({ group: 'shop', graceMilliseconds: 200 })
    t.match(
      processes.filter(({ id }) => id?.pid === pid),
      [{ ending: 'ENDING_KILLED' }],
    )
    t.same(await guest.members('shop'), [])
  },
)

t.test('in a shared cgroup only the group ends, also when it forks without end', async (t) => {
  await using guest = createRealGuest()
  const cgroup = guest.cgroup('shared')
  const other = await guest.start({ group: 'other', script: stubborn, cgroup })
  const forking = "trap '' TERM; f() { (sleep 0.02) & (sleep 0.02) & wait; }; echo ready; while :; do f; done"
  await guest.start({ group: 'storm', script: forking, cgroup })
  const { processes } = await controlOf(guest).terminate({ group: 'storm', graceMilliseconds: 100 })
  t.ok(processes.some(({ ending }) => ending === 'ENDING_KILLED'))
  t.notOk(processes.some(({ ending }) => ending === 'ENDING_STILL_RUNNING'))
  t.same(await guest.members('storm'), [])
  t.equal(guest.tree.events(`${cgroup}/cleave-storm`), undefined, 'the cgroup made for it is gone')
  t.ok((await guest.members('other')).some(({ id }) => id?.pid === other))
})

t.test('a frozen group heeds SIGTERM before anything else', async (t) => {
  await using guest = createRealGuest()
  const pid = await guest.start({ group: 'shop', script: orderly, cgroup: guest.cgroup('shop') })
  const control = controlOf(guest)
  await control.freeze({ group: 'shop' })
  const { processes } = await control.terminate({ group: 'shop', graceMilliseconds: long })
  t.match(
    processes.filter(({ id }) => id?.pid === pid),
    [{ ending: 'ENDING_TERMINATED' }],
  )
})

t.test('the declared grace holds when the request names none', async (t) => {
  await using guest = createRealGuest()
  await guest.start({ group: 'shop', script: stubborn, cgroup: guest.cgroup('shop') })
  guest.describe('shop', {}, { stop: { graceSeconds: 0.1 } })
  const { processes } = await controlOf(guest).terminate({ group: 'shop', graceMilliseconds: 0 })
  t.ok(processes.some(({ ending }) => ending === 'ENDING_KILLED'))
  await t.rejects(controlOf(guest).terminate({ group: 'shop', graceMilliseconds: 4_000_000_000 }), {
    code: 'BAD_GRACE',
  })
})

t.test('a process that ended before the signal is told apart', async (t) => {
  await using guest = createRealGuest()
  const pid = await guest.start({ group: 'shop', script: orderly, cgroup: guest.cgroup('shop') })
  const [shop] = (await guest.members('shop')).filter(({ id }) => id?.pid === pid)
  const survey = async () => {
    const found = await guest.survey()
    const ghost = { ...shop, id: { pid, startTicks: 1 } } as (typeof found.processes)[0]
    return { ...found, processes: [...found.processes, ghost] }
  }
  const control = createGroupControl({ survey, occupancy: createOccupancy(), tree: guest.tree })
  const { processes } = await control.terminate({ group: 'shop', graceMilliseconds: long })
  t.match(
    processes.find(({ id }) => id?.startTicks === 1),
    { ending: 'ENDING_GONE' },
  )
})

t.test('a pid that belongs to another process by now is never signalled', async (t) => {
  const child = spawn('sleep', ['1000'])
  const pid = child.pid ?? 0
  const startTicks = readProcessStatus(pid)?.startTicks ?? 0
  t.equal(isAlive({ pid, startTicks }), true)
  t.equal(isAlive({ pid, startTicks: startTicks - 1 }), false)
  t.equal(signalProcess({ pid, startTicks: startTicks - 1 }, 'SIGKILL'), false)
  t.equal(isAlive({ pid, startTicks }), true)
  t.equal(signalProcess({ pid, startTicks }, 'SIGKILL'), true)
  await once(child, 'exit')
  t.equal(signalProcess({ pid, startTicks }, 'SIGKILL'), false)
})

t.test('a second call on the same group is refused, and both groups of two calls are served', async (t) => {
  await using guest = createRealGuest()
  await guest.start({ group: 'shop', script: stubborn, cgroup: guest.cgroup('shop') })
  await guest.start({ group: 'mail', script: orderly, cgroup: guest.cgroup('mail') })
  const occupancy = createOccupancy()
  const control = createGroupControl({ survey: guest.survey, occupancy, tree: guest.tree })
  const ending = control.terminate({ group: 'shop', graceMilliseconds: 1000 })
  await t.rejects(control.freeze({ group: 'shop' }), { code: 'BUSY', message: /terminate of group shop/ })
  t.throws(() => occupancy.hold('split-1'), { code: 'BUSY' })
  await control.terminate({ group: 'mail', graceMilliseconds: long })
  await ending
  occupancy.hold('split-1')
  await t.rejects(control.freeze({ group: 'shop' }), { code: 'BUSY', message: /split-1/ })
})
