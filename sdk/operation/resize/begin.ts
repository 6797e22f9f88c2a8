/** Begins a resize: plans it, writes it down, and starts its steps. */
import { RefusedError } from '../../../proto/errors.ts'
import type { AgentSessions } from '../../guest/agent-sessions.ts'
import { askResources } from '../../guest/ask-resources.ts'
import type { Ports } from '../../machine/ports.ts'
import { refuseSplit } from '../../machine/refuse-split.ts'
import { checkResources } from '../../planning/configuration.ts'
import { planResize, pluggedOf, type ResizeRequest } from '../../planning/resources.ts'
import type { MachineRecord } from '../../store/records.ts'
import { carryOut } from '../carry-out.ts'
import { newOperationId, type Operation } from '../operation.ts'
import type { StepRun } from '../steps.ts'
import { type PreparedResize, resizeAgents, resizeContext } from './context.ts'
import { type ResizeResult, resizeResult } from './result.ts'
import { resizeSteps } from './steps.ts'

export interface ResizeOptions {
  machine: string
  request: ResizeRequest
  /** See {@link StepRun.intervene}. */
  intervene?: (step: string) => Promise<void>
}

/**
 * Begins to give a machine other processors and memory. One that runs has them when the operation ends, one that is off has them
 * from its next start. When this throws, nothing was changed. What the operation itself may fail with, and then takes back:
 * `NO_MEMORY` and `CPU_NOT_NOW` of the host, `MEMORY_IN_USE` and `MEMORY_NOT_RELEASED` of the guest.
 *
 * @throws InvalidRequestError `BAD_RESOURCES`
 * @throws NotFoundError `MACHINE_NOT_FOUND`
 * @throws RefusedError `MACHINE_SPLIT`, `MACHINE_NOT_RUNNING` when it is in the middle of something
 * @throws BusyError `MACHINE_BUSY`
 * @throws UnavailableError `TOO_MANY_CPUS`, `NO_SLOT`, `AGENT_TOO_OLD`
 * @throws UnansweredError `NO_ANSWER`
 */
export async function beginResize(ports: Ports, options: ResizeOptions): Promise<Operation<ResizeResult>> {
  const begunAt = performance.now()
  const { store } = ports
  const id = newOperationId('resize')
  const lock = store.locks.lockMachine(options.machine, id)
  const agents = resizeAgents(ports)
  try {
    const machine = store.machines.get(options.machine)
    refuseSplit(machine)
    const prepared = await prepareResize(ports, { id, machine, request: options.request, agents })
    store.operations.begin({ id, kind: 'resize', machine: machine.name, plan: prepared })
    const context = resizeContext(ports, prepared, agents)
    return carryOut(ports, {
      id,
      kind: 'resize',
      steps: resizeSteps(prepared),
      context,
      resources: [agents],
      intervene: options.intervene,
      result: () => resizeResult(context, begunAt),
    })
  } catch (error) {
    lock.release()
    await agents[Symbol.asyncDispose]()
    throw error
  }
}

/** Decides all of it. Changes nothing. Throws as {@link beginResize} does. */
export async function prepareResize(
  ports: Ports,
  of: { id: string; machine: MachineRecord; request: ResizeRequest; agents: AgentSessions },
): Promise<PreparedResize> {
  const { id: operation, machine, request, agents } = of
  const { hypervisor } = ports
  const status = await hypervisor.status(machine)
  if (status === 'absent') return prepareAtRest(operation, machine, request)
  if (status !== 'running') throw notRunning(machine, status)
  const agent = await agents.of(machine)
  const guest = await askResources(agent, machine.name)
  const plan = planResize({ machine, guest, mostCpus: await hypervisor.mostCpus(machine), request })
  const before = pluggedOf(machine)
  const more = plan.plugMiB > 0 ? [await hypervisor.placeMemory(machine, plan.plugMiB)] : []
  return {
    operation,
    machine,
    plan,
    guest: { processors: guest.processors, memoryBytes: guest.memoryBytes },
    plugged: {
      ...before,
      presentCpus: Math.max(before.presentCpus, plan.cpus),
      memory: [...before.memory, ...more],
    },
  }
}

function prepareAtRest(operation: string, machine: MachineRecord, request: ResizeRequest): PreparedResize {
  const { cpus = machine.cpus, memoryMiB = machine.memoryMiB } = request
  checkResources(cpus, memoryMiB)
  const plan = { cpus, memoryMiB, plugMiB: 0, guestBytes: 0, from: [] }
  return { operation, machine, plan, plugged: pluggedOf(machine) }
}

function notRunning({ name }: MachineRecord, status: string): RefusedError {
  return new RefusedError({
    code: 'MACHINE_NOT_RUNNING',
    message: `${name} is ${status}: it can't get other resources now`,
    remedy: `See what it does: cleave vm show ${name}`,
  })
}
