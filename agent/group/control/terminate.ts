/** Ends a group: first in an orderly way, then for sure. */
import { longestGraceMs } from '../../../proto/deadlines.ts'
import { InvalidRequestError } from '../../../proto/errors.ts'
import type { Process, TerminateGroupResponse } from '../../../proto/generated/messages.ts'
import type { Units } from '../../systemd/units.ts'
import type { CgroupTree } from './cgroup.ts'
import { createEndings, type Endings } from './endings.ts'
import { gather } from './gather.ts'
import { findGroup, membersOf } from './look-up.ts'
import { isMadeForGroup, placeGroup } from './placement.ts'
import { isAlive, signalProcess } from './process-status.ts'
import { checkUnprotected } from './protection.ts'
import type { GuestSurvey, SurveyGuest } from './types.ts'
import { waitUntil } from './wait.ts'
import { wholeUnits } from './whole-units.ts'

export interface TerminateOptions {
  tree: CgroupTree
  survey: SurveyGuest
  units: Units
  group: string
  /** 0 takes the grace that the group declares, 10,000 when it declares none. */
  graceMilliseconds: number
  /** See `GroupControl.terminate`. */
  known?: GuestSurvey | undefined
}

const defaultGraceMilliseconds = 10_000
const killMilliseconds = 5000

/**
 * A frozen group gets its SIGTERM while frozen and is then thawed, because a frozen process can't act on it: so it
 * runs for its grace at most, and the signal comes before anything else that it would do. Only its own cgroups are
 * thawed.
 *
 * @throws InvalidRequestError `BAD_GRACE`
 */
export async function terminateGroup(options: TerminateOptions): Promise<TerminateGroupResponse> {
  const { tree, group } = options
  const guest = options.known ?? (await options.survey())
  findGroup(guest, group)
  const grace = graceOf(guest, options)
  const members = membersOf(guest, group)
  checkUnprotected(group, members, guest.processes, process.pid)

  const endings = createEndings()
  await askToEnd(guest, members, endings, options)
  for (const path of placeGroup(group, members, guest.processes).cgroups) tree.freeze(path, false)
  await waitUntil(() => members.every(({ id }) => id === null || !isAlive(id)), grace)
  await killRest(endings, options)
  return { processes: endings.list() }
}

function graceOf(guest: GuestSurvey, { group, graceMilliseconds }: TerminateOptions): number {
  if (graceMilliseconds > longestGraceMs) {
    throw new InvalidRequestError({
      code: 'BAD_GRACE',
      message: `a grace of ${graceMilliseconds} ms for group ${group} is too long`,
      remedy: `Use at most ${longestGraceMs} ms.`,
    })
  }
  if (graceMilliseconds > 0) return graceMilliseconds
  const declared = guest.declarations.find((candidate) => candidate.name === group)?.stop?.graceSeconds
  return declared === undefined ? defaultGraceMilliseconds : declared * 1000
}

async function askToEnd(
  guest: GuestSurvey,
  members: readonly Process[],
  endings: Endings,
  { units, group }: TerminateOptions,
): Promise<void> {
  const stopping = new Set(units.isAvailable() ? wholeUnits(guest, group) : [])
  const isStopped = ({ unit }: Process) => stopping.has(unit)
  // Looked at first: systemd may have ended them before it answers.
  for (const member of members.filter(isStopped)) {
    endings.note(member, member.id !== null && isAlive(member.id) ? 'asked' : 'gone')
  }
  // Before the signals: a socket or timer would start its unit again.
  const triggers = (await units.show([...stopping], ['triggeredBy'])).flatMap((unit) => unit.triggeredBy)
  await units.stopSoon([...triggers, ...stopping])
  for (const member of members.filter((one) => !isStopped(one))) {
    const isAsked = member.id !== null && signalProcess(member.id, 'SIGTERM')
    endings.note(member, isAsked ? 'asked' : 'gone')
  }
}

async function killRest(endings: Endings, { tree, survey, group }: TerminateOptions): Promise<void> {
  const begin = performance.now()
  const made = new Set<string>()
  for (;;) {
    const rest = membersOf(await survey(), group).filter(({ id }) => id !== null && isAlive(id))
    if (rest.length === 0 || performance.now() - begin > killMilliseconds) break
    for (const member of rest) endings.note(member, 'killed')
    const { cgroups } = await gather({
      tree,
      survey,
      groups: [group],
      onTarget: (path) => tree.freeze(path, true),
    })
    for (const path of cgroups.get(group) ?? []) {
      tree.kill(path)
      if (isMadeForGroup(path)) made.add(path)
    }
    await waitUntil(() => rest.every(({ id }) => id === null || !isAlive(id)), killMilliseconds)
  }
  for (const path of made) {
    if (!tree.remove(path)) tree.freeze(path, false)
  }
}
