/**
 * Clients ask 200 times a second, and more by a name, while a machine is split and merged again and again: whoever waits at a
 * proxy or has a service address never fails, and nothing is left behind.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { watchOwners } from './support/address-watch.ts'
import { type EveryWay, keptWays, startEveryWay, timeToLiveMs } from './support/every-way.ts'
import type { TestHost } from './support/host.ts'
import { childProcesses, listeningBelow, openFiles } from './support/leftovers.ts'
import { isLong } from './support/long.ts'
import { countReasons } from './support/paced-clients.ts'
import { openRoutedHost, shopAddress, webPort } from './support/routed-host.ts'

// One round of it is a part of routes.test.ts.
const rounds = 20

t.test('split and merged under load', { timeout: 2_900_000, skip: !isLong }, async (t) => {
  await using routed = await openRoutedHost(t)
  const { host, whole, addressOf, inOne, leadsTo } = routed
  const { cleave } = host
  const image = whole.record().backing
  const wholeAddress = addressOf('whole')
  const before = await whatIsThere(host, 'whole')
  const openBefore = await openFiles()
  const childrenBefore = await childProcesses()
  await using owners = watchOwners(host, 'whole', shopAddress)
  await using clients = startEveryWay(routed)
  const moves: { begunAt: number; endedAt: number; webAt: string }[] = []
  const moving = async <T>(to: string, operation: () => Promise<{ wait(): Promise<T> }>): Promise<T> => {
    const begunAt = performance.now()
    const result = await (await operation()).wait()
    moves.push({ begunAt, endedAt: performance.now(), webAt: addressOf(to) })
    return result
  }
  await goOn(t, clients)

  for (let round = 1; round <= rounds; round++) {
    await t.test(`round ${round}`, async (t) => {
      const [name, other] = [`round-${round}`, `other-${round}`]
      const parent = round === 1 ? whole : cleave.machines.get(`round-${round - 1}`)
      const children = [
        { name, groups: ['shop', 'witness-a'] },
        { name: other, groups: ['web', 'witness-b'] },
      ]
      const { pauseMs } = await moving(other, () => parent.split({ children, rest: name }))
      await goOn(t, clients)
      await leadsTo(t, {
        shop: [`${name} ${shopAddress}:80`],
        web: [`${other} ${addressOf(other)}:${webPort}`],
      })

      const machine = cleave.machines.get(name)
      const { downMs } = await moving(name, () => machine.merge({ sources: [other], restart: true }))
      await goOn(t, clients)
      await leadsTo(t, inOne(name))
      t.comment(`the pause of the split ${pauseMs} ms, the groups down for the merge ${downMs} ms`)
      clients.tell(t)

      t.match(await machine.flatten(), { backing: image })
      await parent.delete()
      t.same(await whatIsThere(host, name), { ...before, memoryFiles: [] }, 'its memory is its own by now')
      for (const way of keptWays) t.same(countReasons(clients.report(way).failures), {}, way)
    })
  }

  await t.test('clients', async (t) => {
    await clients[Symbol.asyncDispose]()
    clients.tell(t)
    for (const way of keptWays) {
      const { requests, answers, failures, lost } = clients.report(way)
      t.same(countReasons(failures), {}, way)
      t.equal(answers, requests, way)
      t.equal(lost, 0, `${way}: every connection is kept`)
    }
    const led = (at: number) =>
      moves.findLast(({ begunAt }) => begunAt <= at) ?? { endedAt: 0, webAt: wholeAddress }
    const late = clients
      .report('web by name')
      .failures.filter(({ onOpenConnection }) => !onOpenConnection)
      .filter(({ begunAt }) => begunAt > led(begunAt).endedAt + timeToLiveMs)
      .filter(({ begunAt, address }) => address !== led(begunAt).webAt)
    t.same(late, [], 'whoever connects by name is led there when the time to live is over')
  })

  await t.test('at no time two machines had the service address', async (t) => {
    await owners[Symbol.asyncDispose]()
    const { looks, mostAtOnce } = owners.report()
    t.comment(`${looks} looks`)
    t.ok(looks > 10)
    t.equal(mostAtOnce, 1)
  })

  await t.test('this process has nothing open, and nothing runs, that was not there before', async (t) => {
    // Whoever watched over the last operation has just been told that it has ended.
    const deadline = performance.now() + 30_000
    while ((await childProcesses()) > childrenBefore && performance.now() < deadline) await delay(50)
    t.equal(await childProcesses(), childrenBefore)
    const open = await openFiles()
    t.ok(open <= openBefore, `${openBefore} files were open, and ${open} are`)
  })
})

/** Everything that is there for one machine, whatever it is called. */
async function whatIsThere(host: TestHost, machine: string) {
  const { processes, taps, memoryFiles, folders } = await host.traces()
  const unnamed = (paths: readonly string[]) =>
    paths.map((path) => path.replaceAll(`machines/${machine}`, 'machines/NAME'))
  return {
    machines: host.cleave.machines.list().map(({ name }) => name === machine),
    folders: folders.map((name) => name === machine),
    processes: processes.length,
    taps: taps.length,
    memoryFiles,
    home: await readdir(host.home),
    files: (await readdir(join(host.home, 'machines', machine))).sort(),
    sockets: unnamed(await listeningBelow(host)),
  }
}

/** Whoever asks is answered, again. */
async function goOn(t: Test, clients: EveryWay): Promise<void> {
  for (const way of [...keptWays, 'web by name'] as const) {
    const before = clients.report(way).answers
    const deadline = performance.now() + 90_000
    while (clients.report(way).answers < before + 20 && performance.now() < deadline) await delay(50)
    t.ok(clients.report(way).answers >= before + 20, `${way} is answered`)
  }
}
