/** Boots a guest with real services and splits it while a client talks to it. Its argument is the image's folder. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ListGroupsResponse } from '../../proto/generated/messages.ts'
import { Cleave } from '../../sdk/cleave.ts'
import { groupsTree } from '../../sdk/cli/render/groups-tree.ts'
import { plain } from '../../sdk/cli/render/look.ts'
import type { Machine } from '../../sdk/machine/machine.ts'
import type { MergeResult } from '../../sdk/operation/merge/result.ts'
import type { SplitResult } from '../../sdk/operation/split/result.ts'
import { cacheDirectory } from '../make/cache.ts'
import { diskNames, giveDisks, readDisks, removeDisks } from './disks.ts'
import { createProgress } from './progress.ts'
import { brokenPromises, type DemoFindings, demoReport, type GroupReport, reportTables } from './report.ts'
import { startServers } from './servers.ts'
import { startShopClient } from './shop-client.ts'
import { first, second, show, showMerge, stateless } from './splits.ts'
import { type Clients, serviceAddress, startClients } from './ways.ts'

const memoryMiB = 1024
// Long enough before and after the split to see what is usual.
const trafficMs = 3000
const bootMs = 120_000

const say = createProgress()

await main()

async function main(): Promise<void> {
  const home = join(cacheDirectory(), 'demo')
  using cleave = await Cleave.open({ home })
  await removeMachines(cleave)
  try {
    await demonstrate(cleave, process.argv[2] ?? '')
  } finally {
    await removeMachines(cleave)
  }
  cleave.close()
  await rm(home, { recursive: true, force: true })
}

async function demonstrate(cleave: Cleave, image: string): Promise<void> {
  say('boots a virtual machine with nginx, an application, redis, a mail server and three workers')
  const machine = await cleave.machines.create({ name: 'demo', image, memoryMiB })
  const written = await giveDisks(cleave, machine.name)
  await machine.start()
  const listed = await runningGroups(machine)
  process.stdout.write(`\n${groupsTree(listed, plain)}\n\n`)

  say('starts a proxy and a DNS server, and tells them where the shop is')
  await using _servers = await startServers(cleave.settings.home)
  const { failures } = await cleave.routes.push()
  if (failures.length > 0) throw new Error(failures.map(({ error }) => error.message).join('; '))

  say('three clients ask the shop all the time: at its service address, through the proxy, and by its name')
  const clients = await startClients()
  await delay(trafficMs)
  const split = await show(cleave, first, say)
  await delay(trafficMs)
  const resplit = await show(cleave, second, say)
  const booted = await show(cleave, stateless, say)
  await delay(trafficMs)
  const merged = await showMerge(cleave, say)
  await delay(trafficMs)
  await clients.stop()

  const groups = await whereGroupsRun(cleave, { splits: [split, resplit, booted], merged })
  say('stops it and looks at the disks')
  await cleave.machines.get(merged.destination).stop()
  const read = await readDisks(cleave)
  const checksumsEqual = diskNames.every((name) => read.get(name) === written.get(name))
  await publish(cleave, { clients, split, resplit, booted, merged, checksumsEqual, groups })
}

async function publish(
  cleave: Cleave,
  seen: Omit<DemoFindings, 'accelerator' | 'memoryMiB' | 'clients'> & { clients: Clients },
): Promise<void> {
  const report = demoReport({
    accelerator: await cleave.hypervisor.accelerator(),
    memoryMiB,
    ...seen,
    clients: seen.clients.reports(),
  })
  await writeFile('demo-report.json', `${JSON.stringify(report, null, 2)}\n`)
  process.stdout.write(`\n${reportTables(report, plain)}\n\nWritten to demo-report.json\n`)
  const broken = brokenPromises(report)
  if (broken.length === 0) return
  process.stderr.write(`${broken.join('\n')}\n`)
  process.exitCode = 1
}

/** Waits until every declared group runs: a service may still be starting when the agent answers already. */
async function runningGroups(machine: Machine): Promise<ListGroupsResponse> {
  const deadline = performance.now() + bootMs
  for (;;) {
    const listed = await machine.groups()
    const waiting = listed.groups.filter(({ state }) => state !== 'GROUP_STATE_RUNNING')
    if (waiting.length === 0 && (await answers())) return listed
    if (performance.now() > deadline)
      throw new Error(`not running: ${waiting.map(({ name }) => name).join(', ')}`)
    await delay(500)
  }
}

async function answers(): Promise<boolean> {
  const client = await startShopClient(serviceAddress.host, serviceAddress.port).catch(() => undefined)
  await delay(100)
  await client?.stop()
  return client !== undefined && client.report().failures === 0
}

/** @param of.splits in their order: what was split again has its groups in its children */
async function whereGroupsRun(
  cleave: Cleave,
  { splits, merged }: { splits: readonly SplitResult[]; merged: MergeResult },
): Promise<GroupReport[]> {
  const parents = new Set(splits.map(({ parent }) => parent))
  const gone = new Set([...parents, ...merged.deleted])
  const children = splits.flatMap((split) => split.children).filter(({ name }) => !parents.has(name))
  const seen = await Promise.all(
    children
      .filter(({ name }) => !gone.has(name))
      .map(async ({ name }) => ({ name, listed: await cleave.machines.get(name).groups() })),
  )
  const ownerOf = (child: string) => (gone.has(child) ? merged.destination : child)
  const runsIn = (group: string) =>
    seen
      .filter(({ listed }) =>
        listed.groups.some(({ name, processes }) => name === group && processes.length > 0),
      )
      .map(({ name }) => name)
  return children.flatMap((child) =>
    child.groups.map((name) => ({ name, child: ownerOf(child.name), runsIn: runsIn(name) })),
  )
}

/** Also what an earlier demo left that was killed. Children first: their disks are on the parent's. */
async function removeMachines(cleave: Cleave): Promise<void> {
  const machines = cleave.machines.list().sort((a, b) => b.createdAt - a.createdAt)
  for (const machine of machines) {
    await cleave.hypervisor.end(machine)
    await cleave.machines.get(machine.name).delete()
  }
  await removeDisks(cleave)
}
