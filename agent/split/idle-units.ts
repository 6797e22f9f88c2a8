/**
 * The services that run as a user, also those that do not run now: a timer, a socket or a restart may start them at any
 * time, and then not where the user is foreign. root's are left alone: every machine keeps house with some of them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Grouping } from '../../proto/generated/messages.ts'
import { userName } from '../group/grouping/names.ts'
import { root as rootUser } from '../group/grouping/owners.ts'
import { parseAccounts } from '../process/accounts.ts'
import type { Units } from '../systemd/units.ts'

/** By the name of the user's group. */
export type UnitsByUser = ReadonlyMap<string, readonly string[]>

/**
 * Where groups are no users, none.
 *
 * @param guest.root the folder that etc/passwd is below
 */
export async function unitsOfUsers(
  { units, root }: { units: Units; root: string },
  { grouping }: { grouping: Grouping },
): Promise<UnitsByUser> {
  if (grouping !== 'GROUPING_USER' || !units.isAvailable()) return new Map()
  const accounts = parseAccounts(readFileSync(join(root, 'etc/passwd'), 'utf8'))
  return groupUnits(await units.listUserServices(), accounts)
}

/**
 * Pure.
 *
 * @param services `user` is a name or a number, as a unit file has it
 * @param accounts names by user id
 */
export function groupUnits(
  services: readonly { unit: string; user: string }[],
  accounts: ReadonlyMap<number, string>,
): UnitsByUser {
  const groups = new Map<string, string>()
  for (const [id, user] of accounts) {
    if (id === rootUser) continue
    const group = userName(user, id)
    groups.set(user, group).set(String(id), group)
  }
  const known = services.flatMap(({ unit, user }) => {
    const group = groups.get(user)
    return group === undefined ? [] : [{ group, unit }]
  })
  const byGroup = Map.groupBy(known, ({ group }) => group)
  return new Map([...byGroup].map(([group, own]) => [group, own.map(({ unit }) => unit)]))
}
