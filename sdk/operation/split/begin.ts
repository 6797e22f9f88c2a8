/** Begins a split: plans it, writes down what it will make, and starts its steps. */
import { RefusedError } from '../../../proto/errors.ts'
import type { Ports } from '../../machine/ports.ts'
import type { SplitRequest } from '../../planning/assignment.ts'
import type { PlannedLeading } from '../../planning/leading.ts'
import type { SplitPlan } from '../../planning/split-plan.ts'
import type { MachineRecord } from '../../store/records.ts'
import { carryOut } from '../carry-out.ts'
import { newOperationId, type Operation } from '../operation.ts'
import type { StepRun } from '../steps.ts'
import { splitAgents, splitContext } from './context.ts'
import { planFor } from './plan.ts'
import { writePrepared } from './prepared.ts'
import { type SplitResult, splitResult } from './result.ts'
import { splitSteps } from './steps.ts'

export interface SplitOptions {
  machine: string
  request: SplitRequest
  /** See {@link StepRun.intervene}. */
  intervene?: (step: string) => Promise<void>
}

/**
 * Begins a split. When this throws, nothing was changed.
 *
 * @throws what planFor throws
 * @throws NotFoundError `MACHINE_NOT_FOUND`
 * @throws RefusedError `MACHINE_NOT_RUNNING`
 * @throws BusyError `MACHINE_BUSY` while another operation works on it
 * @throws InvalidRequestError `MACHINE_EXISTS` when a child's name is taken
 */
export async function beginSplit(ports: Ports, options: SplitOptions): Promise<Operation<SplitResult>> {
  const begunAt = performance.now()
  const { store } = ports
  const id = newOperationId('split')
  const lock = store.locks.lockMachine(options.machine, id)
  const agents = splitAgents(ports)
  try {
    const parent = await runningMachine(ports, options.machine)
    const planned = await planFor(ports, { parent, request: options.request, agents })
    const prepared = store.atomically(() => writePrepared(ports, { id, parent, ...planned }))
    const context = splitContext(ports, prepared, agents)
    return carryOut(ports, {
      id,
      kind: 'split',
      steps: splitSteps(prepared),
      context,
      resources: [agents, context.adopters, context.routing],
      intervene: options.intervene,
      result: () => splitResult(context, begunAt),
    })
  } catch (error) {
    lock.release()
    await agents[Symbol.asyncDispose]()
    throw error
  }
}

export type SplitPreview = SplitPlan & PlannedLeading

/**
 * What a split would do. Changes nothing. Throws as {@link beginSplit} does, but for `MACHINE_BUSY`.
 *
 * @returns routes with the addresses that children would get now
 */
export async function previewSplit(ports: Ports, options: SplitOptions): Promise<SplitPreview> {
  const parent = await runningMachine(ports, options.machine)
  await using agents = splitAgents(ports)
  const planned = await planFor(ports, { parent, request: options.request, agents })
  const { plan, addresses } = planned
  const { routes = [] } = ports.store.rehearse(() =>
    writePrepared(ports, { id: newOperationId('split'), parent, ...planned }),
  )
  return { ...plan, routes, addresses }
}

async function runningMachine(ports: Ports, name: string): Promise<MachineRecord> {
  const machine = ports.store.machines.get(name)
  const status = await ports.hypervisor.status(machine)
  if (status !== 'running') {
    throw new RefusedError({
      code: 'MACHINE_NOT_RUNNING',
      message: `${name} is ${status}: only a running machine can be split`,
      remedy: `Start it with \`cleave vm start ${name}\`.`,
    })
  }
  return machine
}
