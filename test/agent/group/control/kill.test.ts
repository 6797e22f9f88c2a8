/** Killing where the kernel has no cgroup.kill, as before Linux 5.14: real cgroups, of which all other files are shown. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type CgroupTree, openCgroupTree } from '../../../../agent/group/control/cgroup.ts'
import { createGroupControl } from '../../../../agent/group/control/control.ts'
import { killEach } from '../../../../agent/group/control/kill-each.ts'
import { createOccupancy } from '../../../../agent/group/control/occupancy.ts'
import { waitUntil } from '../../../../agent/group/control/wait.ts'
import { endFrozen } from '../../../../agent/split/end-frozen.ts'
import { createRealGuest, type RealGuest } from './real-guest.ts'

const forking = 'f() { (sleep 0.02) & (sleep 0.02) & wait; }; echo ready; while :; do f; done'
const files = ['cgroup.procs', 'cgroup.events', 'cgroup.freeze', 'cgroup.type']

function withoutKill(t: Test, guest: RealGuest, paths: readonly string[]): CgroupTree {
  const root = t.testdir()
  for (const path of paths) {
    mkdirSync(join(root, path), { recursive: true })
    for (const name of files) symlinkSync(join(guest.tree.folder(path), name), join(root, path, name))
  }
  return openCgroupTree(root)
}

async function empties(guest: RealGuest, path: string): Promise<boolean> {
  return await waitUntil(() => guest.tree.events(path)?.populated === false, 5000)
}

t.test('all in a cgroup and below it end, also those that fork without end', async (t) => {
  await using guest = createRealGuest()
  const [cgroup, below] = [guest.cgroup('storm'), guest.cgroup('storm/below')]
  const tree = withoutKill(t, guest, [cgroup, below])
  for (const place of [cgroup, below]) await guest.start({ group: 'storm', script: forking, cgroup: place })
  t.equal(tree.kill(cgroup), true)
  t.ok(await empties(guest, cgroup))
  t.same(await guest.members('storm'), [])
  t.equal(tree.isToldToFreeze(cgroup), false, 'who comes next can run')
  t.equal(tree.kill(`${cgroup}/gone`), false)
})

t.test('nobody can fork while it looks who is there', async (t) => {
  await using guest = createRealGuest()
  const cgroup = guest.cgroup('storm')
  await guest.start({ group: 'storm', script: forking, cgroup })
  const held: boolean[] = []
  const processes = (path: string) => {
    held.push(guest.tree.isToldToFreeze(path))
    return guest.tree.processes(path)
  }
  killEach({ ...guest.tree, processes }, cgroup)
  t.ok(held.length > 1 && held.every(Boolean))
  t.ok(await empties(guest, cgroup))
})

t.test('a foreign group ends without that an instruction of it runs', async (t) => {
  await using guest = createRealGuest()
  const cgroup = guest.cgroup('foreign')
  const tree = withoutKill(t, guest, [cgroup])
  await guest.start({ group: 'foreign', script: forking, cgroup })
  tree.freeze(cgroup, true)
  t.same(await endFrozen(tree, [cgroup]), [])
  t.ok(await empties(guest, cgroup))
  t.equal(tree.isToldToFreeze(cgroup), true, 'it was never thawed')
})

t.test('a group that ignores SIGTERM is killed after its grace', async (t) => {
  await using guest = createRealGuest()
  const cgroup = guest.cgroup('stubborn')
  const tree = withoutKill(t, guest, [cgroup])
  const script = "trap '' TERM; echo ready; while :; do sleep 0.01; done"
  const pid = await guest.start({ group: 'stubborn', script, cgroup })
  const control = createGroupControl({ survey: guest.survey, occupancy: createOccupancy(), tree })
  const { processes } = await control.terminate({ group: 'stubborn', graceMilliseconds: 100 })
  t.match(
    processes.filter(({ id }) => id?.pid === pid),
    [{ ending: 'ENDING_KILLED' }],
  )
  t.same(await guest.members('stubborn'), [])
})
