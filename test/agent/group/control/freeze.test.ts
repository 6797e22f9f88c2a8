import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { createGroupControl } from '../../../../agent/group/control/control.ts'
import { createOccupancy } from '../../../../agent/group/control/occupancy.ts'
import { runs, stands } from './processor-time.ts'
import { createRealGuest, type RealGuest } from './real-guest.ts'

const counting = 'i=0; echo ready; while :; do i=$((i+1)); done'

function controlOf(guest: RealGuest) {
  return createGroupControl({ survey: guest.survey, occupancy: createOccupancy(), tree: guest.tree })
}

t.test('a group with a cgroup of its own is frozen there, and thaws', async (t) => {
  await using guest = createRealGuest()
  const cgroup = guest.cgroup('shop')
  const pid = await guest.start({ group: 'shop', script: counting, cgroup })
  const control = controlOf(guest)

  const { frozen } = await control.freeze({ group: 'shop' })
  t.match(frozen, [{ pid }])
  t.ok(await stands(pid))
  t.equal(guest.tree.events(cgroup)?.frozen, true)
  t.match(await control.freeze({ group: 'shop' }), { frozen: [{ pid }] }, 'again, with the same answer')

  t.match(await control.thaw({ group: 'shop' }), { thawed: [{ pid }] })
  t.ok(await runs(pid))
  t.same(await control.thaw({ group: 'shop' }), { thawed: [] })
})

t.test('a group that shares its cgroup is moved, and the other one goes on', async (t) => {
  await using guest = createRealGuest()
  const cgroup = guest.cgroup('shared')
  const shop = await guest.start({ group: 'shop', script: counting, cgroup })
  const mail = await guest.start({ group: 'mail', script: counting, cgroup })

  await controlOf(guest).freeze({ group: 'shop' })
  t.match(await guest.members('shop'), [{ cgroup: `${cgroup}/cleave-shop` }])
  t.match(await guest.members('mail'), [{ cgroup }])
  t.ok(await stands(shop))
  t.ok(await runs(mail))
})

t.test('processes that fork while they are moved are all frozen', async (t) => {
  await using guest = createRealGuest()
  const cgroup = guest.cgroup('shared')
  await guest.start({ group: 'other', script: 'echo ready; sleep 1000', cgroup })
  // Three generations at a time, each process replaced by a new one without end, never more than some dozens.
  const forking =
    'f() { (g) & (g) & wait; }; g() { (:) & sleep 0.01 & wait; }; echo ready; while :; do f; done'
  for (let count = 0; count < 3; count++) await guest.start({ group: 'storm', script: forking, cgroup })

  const { frozen } = await controlOf(guest).freeze({ group: 'storm' })
  t.ok(frozen.length >= 3)
  const first = await guest.members('storm')
  t.ok(first.every((process) => process.cgroup === `${cgroup}/cleave-storm`))
  await setTimeout(100)
  t.same(
    (await guest.members('storm')).map(({ id }) => id?.pid),
    first.map(({ id }) => id?.pid),
    'nobody is born any more',
  )
})

t.test('a process with threads moves whole', async (t) => {
  await using guest = createRealGuest()
  const cgroup = guest.cgroup('shared')
  await guest.start({ group: 'other', script: 'echo ready; sleep 1000', cgroup })
  const program =
    "const {Worker}=require('worker_threads');for(let i=0;i<3;i++)new Worker('for(;;);',{eval:true});console.log('ready')"
  const pid = await guest.start({
    group: 'threads',
    script: `exec '${process.execPath}' -e "${program}"`,
    cgroup,
  })
  await controlOf(guest).freeze({ group: 'threads' })
  t.ok(await stands(pid))
})

t.test('a call that can not freeze thaws what it froze', async (t) => {
  await using guest = createRealGuest()
  const pid = await guest.start({ group: 'shop', script: counting, cgroup: guest.cgroup('shop') })
  let surveys = 0
  const survey = async () => {
    const found = await guest.survey()
    // From the third look on, the guest can't be looked at any more: the first freeze has happened by then.
    if (++surveys > 2) throw new Error('no survey')
    return found
  }
  const control = createGroupControl({ survey, occupancy: createOccupancy(), tree: guest.tree })
  await t.rejects(control.freeze({ group: 'shop' }), { message: 'no survey' })
  t.ok(await runs(pid))
})

t.test('what the guest cannot do without is refused', async (t) => {
  await using guest = createRealGuest()
  await guest.start({ group: 'shop', script: 'echo ready; sleep 1000', cgroup: guest.cgroup('shop') })
  const refuses = async (pid: number, change: object) => {
    const survey = async () => {
      const found = await guest.survey()
      return {
        ...found,
        processes: found.processes.map((process) =>
          process.id?.pid === pid ? { ...process, group: 'shop', ...change } : process,
        ),
      }
    }
    const control = createGroupControl({ survey, occupancy: createOccupancy(), tree: guest.tree })
    await t.rejects(control.freeze({ group: 'shop' }), { code: 'PROTECTED' })
    await t.rejects(control.terminate({ group: 'shop', graceMilliseconds: 1 }), { code: 'PROTECTED' })
  }
  await refuses(1, { replicated: false })
  await refuses(process.pid, { replicated: false })
  await refuses(process.ppid, { replicated: false })
  const [shop] = await guest.members('shop')
  await refuses(shop?.id?.pid ?? 0, { replicated: true })
})

t.test('names are checked, and unknown groups are named', async (t) => {
  await using guest = createRealGuest()
  const control = controlOf(guest)
  await t.rejects(control.freeze({ group: '../../system.slice' }), { code: 'BAD_NAME' })
  await t.rejects(control.thaw({ group: 'a\nb' }), { code: 'BAD_NAME' })
  await t.rejects(control.freeze({ group: 'nobody' }), { code: 'GROUP_NOT_FOUND', message: /nobody/ })
})
