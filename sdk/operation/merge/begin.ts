/** Begins a merge: plans it, writes down what it will change, and starts its steps. */
import type { Ports } from '../../machine/ports.ts'
import type { PlannedLeading } from '../../planning/leading.ts'
import type { MergePlan, MergeRequest } from '../../planning/merge-plan.ts'
import type { Lock } from '../../store/locks.ts'
import { carryOut } from '../carry-out.ts'
import { newOperationId, type Operation } from '../operation.ts'
import type { StepRun } from '../steps.ts'
import { mergeAgents, mergeContext } from './context.ts'
import { planFor } from './plan.ts'
import { writePrepared } from './prepared.ts'
import { type MergeResult, mergeResult } from './result.ts'
import { mergeSteps } from './steps.ts'

export interface MergeOptions {
  /** The machine that gets the groups. */
  destination: string
  request: MergeRequest
  /** See {@link StepRun.intervene}. */
  intervene?: (step: string) => Promise<void>
}

/**
 * Begins a merge. When this throws, nothing was changed.
 *
 * @throws what planFor throws
 * @throws NotFoundError `MACHINE_NOT_FOUND`
 * @throws BusyError `MACHINE_BUSY` while another operation works on one of the machines
 * @throws RefusedError `NO_SLOT` when the destination has no room for the disks
 */
export async function beginMerge(ports: Ports, options: MergeOptions): Promise<Operation<MergeResult>> {
  const begunAt = performance.now()
  const { store } = ports
  const { request } = options
  const id = newOperationId('merge')
  const locks = lockAll(ports, [options.destination, ...request.sources], id)
  const agents = mergeAgents(ports)
  try {
    const { destination, sources } = machinesOf(ports, options)
    const { plan, routes } = await planFor(ports, { destination, sources, request, agents })
    const freeDisks = request.freeDisks === true
    const prepared = store.atomically(() =>
      writePrepared(store, { id, plan, destination, sources, freeDisks, routes }),
    )
    const context = mergeContext(ports, prepared, agents)
    return carryOut(ports, {
      id,
      kind: 'merge',
      steps: mergeSteps(prepared),
      context,
      resources: [agents, context.routing],
      intervene: options.intervene,
      result: () => mergeResult(context, begunAt),
    })
  } catch (error) {
    for (const lock of locks) lock.release()
    await agents[Symbol.asyncDispose]()
    throw error
  }
}

export type MergePreview = MergePlan & PlannedLeading

/** What a merge would do. Changes nothing. Throws as {@link beginMerge} does, but for `MACHINE_BUSY`. */
export async function previewMerge(ports: Ports, options: MergeOptions): Promise<MergePreview> {
  await using agents = mergeAgents(ports)
  const { destination, sources } = machinesOf(ports, options)
  const { request } = options
  const { plan, routes, addresses } = await planFor(ports, { destination, sources, request, agents })
  const planned = { id: newOperationId('merge'), plan, destination, sources, freeDisks: false, routes }
  ports.store.rehearse(() => writePrepared(ports.store, planned))
  return { ...plan, routes, addresses }
}

function machinesOf({ store }: Ports, { destination, request }: MergeOptions) {
  return {
    destination: store.machines.get(destination),
    sources: request.sources.map((name) => store.machines.get(name)),
  }
}

/** All of them or none. A machine that is named twice is for the plan to refuse. */
function lockAll({ store }: Ports, names: readonly string[], operation: string): Lock[] {
  return store.atomically(() =>
    [...new Set(names)].map((name) => store.locks.lockMachine(store.machines.get(name).name, operation)),
  )
}
