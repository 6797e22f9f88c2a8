/** Makes a copy of the guest one child: ends what is foreign and takes an identity. */

import { FailedError } from '../../proto/errors.ts'
import type { ForeignGroup, IdentityItem, MachineIdentity } from '../../proto/generated/messages.ts'
import { allDone } from '../all-done.ts'
import type { CgroupTree } from '../group/control/cgroup.ts'
import type { GuestIdentity } from '../identity/types.ts'
import { pathsOf } from './context.ts'
import { endFrozen } from './end-frozen.ts'
import { flushMarkers, isMarkable, markForeign } from './foreign-markers.ts'
import type { QuiescedGroup } from './state-schema.ts'

export interface AdoptOptions {
  root: string
  tree: CgroupTree
  identity: Pick<GuestIdentity, 'adopt'>
  own: readonly QuiescedGroup[]
  foreign: readonly QuiescedGroup[]
  /** Checked. */
  machine: MachineIdentity
}

export interface Adopted {
  foreign: ForeignGroup[]
  identity: IdentityItem[]
}

/**
 * All groups are frozen before and after. May be repeated.
 *
 * @throws FailedError `STILL_RUNNING`, and what `GuestIdentity.adopt` throws
 */
export async function adoptChild({ root, tree, own, foreign, ...options }: AdoptOptions): Promise<Adopted> {
  const groups = foreign.map(({ name, units, processes }) => ({
    group: name,
    units: units.filter(isMarkable),
    processes: processes.map(({ id, name }) => ({ id, name, ending: 'ENDING_KILLED' as const })),
  }))
  // Before the kill, which systemd answers by starting them again.
  const markers = groups.flatMap(({ group, units }) => markForeign(root, group, units))
  const [identity] = await allDone([
    options.identity.adopt(options.machine, { own: addressesOf(own), foreign: addressesOf(foreign) }),
    flushMarkers(root, markers),
  ])
  // Last, so that systemd's answer does not compete with the identity for the processors. What it starts there later
  // stays frozen and is ended by the next calls.
  const left = await endFrozen(tree, pathsOf(foreign))
  if (left.length > 0) throw stillRunning(left)
  return { foreign: groups, identity }
}

function addressesOf(groups: readonly QuiescedGroup[]): string[] {
  return groups.flatMap(({ serviceAddress }) => (serviceAddress === '' ? [] : [serviceAddress]))
}

function stillRunning(pids: readonly number[]): FailedError {
  return new FailedError({
    code: 'STILL_RUNNING',
    message: `processes of foreign groups did not end: ${pids.slice(0, 20).join(', ')}`,
    remedy: 'Take the split back, look for processes in uninterruptible sleep (state D), then try again.',
  })
}
