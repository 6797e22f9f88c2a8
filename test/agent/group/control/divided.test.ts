/** Cgroups that somebody divided further: by delegation, as containers do, and into threaded ones. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createGroupControl } from '../../../../agent/group/control/control.ts'
import { createOccupancy } from '../../../../agent/group/control/occupancy.ts'
import { createProcessSource } from '../../../../agent/process/create-source.ts'
import { inDomains } from '../../../../agent/process/whole-processes.ts'
import { runs, stands } from './processor-time.ts'
import { createRealGuest, type RealGuest } from './real-guest.ts'

const counting = 'i=0; echo ready; while :; do i=$((i+1)); done'

function controlOf(guest: RealGuest) {
  return createGroupControl({ survey: guest.survey, occupancy: createOccupancy(), tree: guest.tree })
}

t.test('a unit with cgroups of its own is frozen in all of them', async (t) => {
  await using guest = createRealGuest()
  const unit = guest.cgroup('pod.service')
  guest.cgroup('pod.service/second')
  const places = [
    guest.cgroup('pod.service/manager'),
    guest.cgroup('pod.service/first'),
    guest.cgroup('pod.service/second/nested'),
  ]
  const pids: number[] = []
  for (const cgroup of places) pids.push(await guest.start({ group: 'pod', script: counting, cgroup }))
  const control = controlOf(guest)
  await control.freeze({ group: 'pod' })
  for (const pid of pids) t.ok(await stands(pid))
  t.same(
    (await guest.members('pod')).map(({ cgroup }) => cgroup),
    places,
    'nobody was moved',
  )
  t.equal(guest.tree.isToldToFreeze(unit), false)
  await control.thaw({ group: 'pod' })
  for (const pid of pids) t.ok(await runs(pid))
})

t.test('two groups in one container part below it', async (t) => {
  await using guest = createRealGuest()
  guest.cgroup('pod.service')
  const cgroup = guest.cgroup('pod.service/container')
  const shop = await guest.start({ group: 'shop', script: counting, cgroup })
  const mail = await guest.start({ group: 'mail', script: counting, cgroup })
  await controlOf(guest).freeze({ group: 'shop' })
  t.match(await guest.members('shop'), [{ cgroup: `${cgroup}/cleave-shop` }])
  t.ok(await stands(shop))
  t.ok(await runs(mail))
})

/** Two threaded cgroups in a domain. */
function threadedCgroups(guest: RealGuest) {
  const domain = guest.cgroup('machine')
  const [first, second] = [guest.cgroup('machine/first'), guest.cgroup('machine/second')]
  for (const path of [first, second]) writeFileSync(join(guest.tree.folder(path), 'cgroup.type'), 'threaded')
  return { domain, first, second }
}

const threads =
  "const{Worker}=require('worker_threads');for(let i=0;i<3;i++)new Worker('for(;;);',{eval:true});console.log('ready')"

t.test('a process whose threads are in several cgroups is frozen whole', async (t) => {
  await using guest = createRealGuest()
  const { domain, first, second } = threadedCgroups(guest)
  const script = `exec '${process.execPath}' -e "${threads}"`
  const pid = await guest.start({ group: 'threads', script, cgroup: domain })
  const move = (path: string, file: string, id: number) =>
    writeFileSync(join(guest.tree.folder(path), file), String(id))
  move(first, 'cgroup.procs', pid)
  for (const thread of readdirSync(`/proc/${pid}/task`).map(Number)) {
    if (thread !== pid) move(second, 'cgroup.threads', thread)
  }
  const { processes } = await inDomains(createProcessSource(), guest.tree.domainOf).list()
  t.equal(processes.find(({ process }) => process.id?.pid === pid)?.process.cgroup, domain)

  const control = controlOf(guest)
  await control.freeze({ group: 'threads' })
  t.ok(await stands(pid))
  t.equal(guest.tree.events(domain)?.frozen, true)
  await control.thaw({ group: 'threads' })
  t.ok(await runs(pid))
})

t.test('groups that share a threaded cgroup cannot be parted, and go on', async (t) => {
  await using guest = createRealGuest()
  const { domain, first } = threadedCgroups(guest)
  const shop = await guest.start({ group: 'shop', script: counting, cgroup: first })
  const mail = await guest.start({ group: 'mail', script: counting, cgroup: domain })
  await t.rejects(controlOf(guest).freeze({ group: 'shop' }), {
    code: 'THREADED_CGROUP',
    message: new RegExp(domain),
    remedy: /one group|unit of its own/,
  })
  t.ok(await runs(shop))
  t.ok(await runs(mail))
})
