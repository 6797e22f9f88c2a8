/** Names for groups that nobody named. Pure. */
import type { Process } from '../../../proto/generated/messages.ts'
import { isName } from '../../../proto/names.ts'
import { systemUnitOf } from '../coupling/units.ts'

const longest = 63
const sessionScope = /^session-(\w+)\.scope$/

/**
 * A name that stays the same for as long as the group's units do, and otherwise its oldest process: the first of its
 * units by name without the ending, else its user and login session, else a unit of the user's own, else the command
 * and pid.
 *
 * @param members at least one
 */
export function discoveredName(members: readonly { process: Process; userUnit: string }[]): string {
  const units = members.map(({ process }) => systemUnitOf(process)).filter((unit) => unit !== '')
  const [service] = units.filter((unit) => !sessionScope.test(unit)).sort()
  if (service !== undefined) return toName(withoutEnding(service))
  const [session] = units.sort()
  const oldest = members.map(({ process }) => process).reduce(older)
  if (session !== undefined) return toName(`${oldest.user}-${withoutEnding(session)}`)
  const [userUnit] = members
    .map((member) => member.userUnit)
    .filter((unit) => unit !== '')
    .sort()
  if (userUnit !== undefined) return toName(`${oldest.user}-${withoutEnding(userUnit)}`)
  return toName(`${oldest.name}-${oldest.id?.pid}`)
}

/**
 * The user's own name where it is a valid one, else one with the number. No two users have the same, and it does not
 * depend on who else there is: a group must not change its name when another user comes or goes.
 */
export function userName(user: string, userId: number): string {
  const ending = `-uid${userId}`
  if (isName(user) && !/-uid\d+$/.test(user)) return user
  return `${toName(user).slice(0, longest - ending.length)}${ending}`
}

/** Turns any text into a valid name. */
export function toName(text: string): string {
  // systemd writes other characters of a unit's name as \xNN.
  const plain = text.replace(/\\x[0-9a-f]{2}/g, '-').toLowerCase()
  const name = plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, longest)
    .replace(/-+$/, '')
  return isName(name) ? name : 'unnamed'
}

/** `wanted`, or the first of `wanted-2`, `wanted-3`, … that is not taken. */
export function unusedName(wanted: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count += 1) {
    const ending = count === 1 ? '' : `-${count}`
    const name = `${wanted.slice(0, longest - ending.length).replace(/-+$/, '')}${ending}`
    if (!taken.has(name)) return name
  }
}

function withoutEnding(unit: string): string {
  return unit.slice(0, unit.lastIndexOf('.'))
}

function older(one: Process, other: Process): Process {
  const [first, second] = [one.id?.startTicks ?? 0, other.id?.startTicks ?? 0]
  if (first !== second) return first < second ? one : other
  return (one.id?.pid ?? 0) <= (other.id?.pid ?? 0) ? one : other
}
