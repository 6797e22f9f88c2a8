/** Starts what a group's declaration names. */
import { FailedError, RefusedError } from '../../../proto/errors.ts'
import type { Group, StartGroupResponse } from '../../../proto/generated/messages.ts'
import type { MountFor } from '../../disk/mount-for.ts'
import type { UnitProperties } from '../../systemd/unit-properties.ts'
import type { Units } from '../../systemd/units.ts'
import { findGroup } from './look-up.ts'
import type { GuestSurvey, SurveyGuest } from './types.ts'
import { isUnitName } from './whole-units.ts'

export interface StartOptions {
  survey: SurveyGuest
  units: Units
  group: string
  mountDisks: MountFor
}

// What others build upon, such as a preparation, is mostly done by then. Others go on for as long as they like.
const oneshotMilliseconds = 10_000

const stateFields = ['activeState', 'conditionMet', 'oneshot', 'result'] as const
type UnitState = Pick<UnitProperties, (typeof stateFields)[number]>

/** See `GroupControl.start`. */
export async function startGroup(options: StartOptions): Promise<StartGroupResponse> {
  const { survey, units, mountDisks } = options
  const guest = await survey()
  const group = findGroup(guest, options.group)
  const declared = startableUnits(guest, group, units.isAvailable())
  await mountDisks(group.name)
  return { units: await startUnits([...(await enabledTriggers(declared, units)), ...declared], units) }
}

/**
 * Starts units one after the other, and verifies that each is active.
 *
 * @throws FailedError `START_FAILED` names the unit and what was started before it
 */
export async function startUnits(names: readonly string[], units: Units): Promise<string[]> {
  const started: string[] = []
  for (const name of names) {
    const failure = await startOne(name, units)
    if (failure !== undefined) throw startFailed(name, started, failure)
    started.push(name)
  }
  return started
}

/** The same, but one that does not start keeps no other from it. */
export async function startAll(
  names: readonly string[],
  units: Units,
): Promise<{ started: string[]; failures: { unit: string; reason: string }[] }> {
  const started: string[] = []
  const failures: { unit: string; reason: string }[] = []
  for (const unit of names) {
    const failure = await startOne(unit, units)
    if (failure === undefined) started.push(unit)
    else failures.push({ unit, reason: failure.reason })
  }
  return { started, failures }
}

interface StartFailure {
  reason: string
  cause?: unknown
}

async function startOne(name: string, units: Units): Promise<StartFailure | undefined> {
  try {
    await units.start(name, { oneshotMilliseconds })
    const [state] = await units.show([name], stateFields)
    return isRunning(state) ? undefined : { reason: describe(state) }
  } catch (cause) {
    return { reason: cause instanceof Error ? cause.message : String(cause), cause }
  }
}

/** Ending a group stopped its sockets, timers and paths; a socket can only start before its service. */
async function enabledTriggers(declared: readonly string[], units: Units): Promise<string[]> {
  const triggers = (await units.show(declared, ['triggeredBy'])).flatMap(({ triggeredBy }) => triggeredBy)
  const others = [...new Set(triggers)].filter((trigger) => !declared.includes(trigger))
  const states = await units.show(others, ['id', 'enabled', 'activeState'])
  return states.filter(({ enabled, activeState }) => enabled && activeState !== 'active').map(({ id }) => id)
}

/** What to start, in order. Throws as `GroupControl.start` does. */
export function startableUnits(guest: GuestSurvey, group: Group, hasSystemd: boolean): string[] {
  if (group.state === 'GROUP_STATE_FOREIGN') {
    throw new RefusedError({
      code: 'FOREIGN_GROUP',
      message: `group ${group.name} belongs to another machine since a split`,
      remedy: 'Start it in the machine that it belongs to.',
    })
  }
  checkCouples(guest, group.name)
  const declared = guest.declarations.find((candidate) => candidate.name === group.name)?.start ?? []
  if (declared.length === 0 || !hasSystemd || !declared.every(isUnitName)) {
    throw new RefusedError({
      code: 'NOT_STARTABLE',
      message: `group ${group.name} names no systemd units that could be started`,
      remedy: 'Declare the group with match.units, or with start, in /etc/cleave/groups.d.',
    })
  }
  return [...declared]
}

function checkCouples(guest: GuestSurvey, name: string): void {
  const couples = guest.bonds.flatMap(({ group, other }) =>
    group === name ? [other] : other === name ? [group] : [],
  )
  const foreign = guest.groups.find(
    (group) => group.state === 'GROUP_STATE_FOREIGN' && couples.includes(group.name),
  )
  if (foreign === undefined) return
  throw new RefusedError({
    code: 'COUPLED_TO_FOREIGN',
    message: `group ${name} must stay with group ${foreign.name}, which belongs to another machine`,
    remedy: `Start it in the machine of group ${foreign.name}.`,
  })
}

function isRunning(state: UnitState | undefined): boolean {
  if (state === undefined || !state.conditionMet) return false
  // A oneshot that is still at work has no other result yet.
  return state.activeState === 'active' || (state.oneshot && state.result === 'success')
}

function describe(state: UnitState | undefined): string {
  if (state === undefined) return 'systemd knows nothing of it'
  if (!state.conditionMet) return 'a condition of its unit file is not met'
  return `it is ${state.activeState} (${state.result})`
}

function startFailed(unit: string, started: readonly string[], { reason, cause }: StartFailure): FailedError {
  const before = started.length === 0 ? 'nothing was started' : `${started.join(', ')} was started and runs`
  return new FailedError({
    code: 'START_FAILED',
    message: `${unit} did not start: ${reason}; ${before}`,
    remedy: `See systemctl status ${unit} and journalctl -u ${unit} in the guest.`,
    cause,
  })
}
