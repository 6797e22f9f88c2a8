/** A split under the eyes of the witnesses in a guest, and of a client of its shop where it has one. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { startShopClient } from '../../../packaging/demo/shop-client.ts'
import type { ListGroupsResponse } from '../../../proto/generated/messages.ts'
import type { Machine } from '../../../sdk/machine/machine.ts'
import { bridgeHost, type TestHost } from './host.ts'
import { collectWitnesses, irregularities } from './witness-collector.ts'

export interface WatchedSplit {
  host: TestHost
  machine: Machine
  children: readonly { name: string; groups: string[] }[]
  /** Names of groups that send numbers. */
  witnesses: readonly string[]
}

/** Checks that each group goes on exactly once, in the child that has it, and that the client notices no more than a silence. */
export async function watchSplit(t: Test, { host, machine, children, witnesses }: WatchedSplit) {
  await using collector = await collectWitnesses({ host: bridgeHost, port: 4000 })
  const before = namesOfRunning(await machine.groups())
  const hasShop = children.some(({ groups }) => groups.includes('shop'))
  const client = hasShop ? await startShopClient('10.77.0.80', 80) : undefined
  await delay(1500)
  const operation = await machine.split({ children: [...children] })
  const result = await operation.wait()
  await collector.seenAgain(witnesses, 100)
  await client?.stop()

  if (client !== undefined) {
    t.match(client.report(), { failures: 0, connectionKept: true })
    t.equal(client.lostVisits(), 0)
  }
  for (const witness of witnesses) {
    const sightings = collector.sightings(witness)
    t.same(irregularities(sightings), [], witness)
    const owner = result.children.find(({ groups }) => groups.includes(witness))
    const own = owner?.address.split('/')[0]
    const after = sightings.slice(-100)
    t.ok(
      after.length === 100 && after.every(({ from }) => from === own),
      `${witness} comes from ${owner?.name}`,
    )
  }
  for (const child of result.children) {
    const running = namesOfRunning(await host.cleave.machines.get(child.name).groups())
    // A group that is declared for what is not installed is assigned, and runs nowhere.
    const ran = child.groups.filter((name) => before.includes(name))
    t.same(running.sort(), ran.sort(), child.name)
    const undone = child.identity.filter(({ item, done }) => !done && item !== 'smbios-uuid')
    t.same(undone, [], `${child.name} has an identity of its own`)
  }
  return result
}

function namesOfRunning({ groups }: ListGroupsResponse): string[] {
  return groups.filter(({ processes }) => processes.length > 0).map(({ name }) => name)
}
