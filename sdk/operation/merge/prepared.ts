/** Everything that a merge will change goes into the store before it is changed. */
import { RefusedError } from '../../../proto/errors.ts'
import { freeUnits } from '../../planning/disk-units.ts'
import type { MergePlan } from '../../planning/merge-plan.ts'
import type { PlannedRoute } from '../../planning/routes.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { MovingDisk, PreparedMerge } from './context.ts'

export interface PlannedMerge {
  id: string
  plan: MergePlan
  destination: MachineRecord
  sources: readonly MachineRecord[]
  freeDisks: boolean
  routes: PlannedRoute[]
}

/**
 * Call it within a transaction.
 *
 * @throws RefusedError `NO_SLOT`
 */
export function writePrepared(store: Store, planned: PlannedMerge): PreparedMerge {
  const { id, plan, destination, sources, freeDisks, routes } = planned
  const disks = movingDisks(plan, destination, sources)
  const prepared: PreparedMerge = {
    operation: id,
    plan,
    destination,
    sources: [...sources],
    disks,
    freeDisks,
    ...(routes.length > 0 && { routes }),
  }
  store.operations.begin({ id, kind: 'merge', machine: destination.name, plan: prepared })
  return prepared
}

function movingDisks(
  plan: MergePlan,
  destination: MachineRecord,
  sources: readonly MachineRecord[],
): MovingDisk[] {
  const moving = plan.sources.flatMap(({ name: source, disks }) => {
    const attached = sources.find(({ name }) => name === source)?.disks ?? []
    return attached.filter(({ name }) => disks.includes(name)).map((from) => ({ source, from }))
  })
  const units = freeUnits(destination.disks ?? [])
  if (units.length < moving.length) {
    throw new RefusedError({
      code: 'NO_SLOT',
      message: `${destination.name} has room for ${units.length} more disks, and ${moving.length} would come`,
      remedy: 'Detach disks that it does not need, or merge into another machine.',
    })
  }
  return moving.map(({ source, from }, index) => ({
    source,
    from,
    to: { ...from, unit: units[index] ?? 0 },
  }))
}
