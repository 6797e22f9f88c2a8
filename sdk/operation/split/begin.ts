/** Begins a split: plans it, writes down what it will make, and starts its steps. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { CleaveError, RefusedError } from '../../../proto/errors.ts'
import { createAdopterSessions } from '../../guest/adopter-sessions.ts'
import { type AgentSessions, createAgentSessions } from '../../guest/agent-sessions.ts'
import type { Ports } from '../../machine/ports.ts'
import type { SplitRequest } from '../../planning/assignment.ts'
import { planSplit, type SplitPlan } from '../../planning/split-plan.ts'
import { toWorkload, type Workload } from '../../planning/workload.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { startGuardian } from '../guardian.ts'
import { journalOf } from '../journal.ts'
import { beginOperation, newOperationId, type Operation } from '../operation.ts'
import { recoverSteps, runSteps, type StepRun } from '../steps.ts'
import type { PreparedSplit, SplitContext } from './context.ts'
import { type SplitResult, splitResult } from './result.ts'
import { splitSteps } from './steps.ts'

export interface SplitOptions {
  machine: string
  request: SplitRequest
  /** See {@link StepRun.intervene}. */
  intervene?: (step: string) => Promise<void>
}

/**
 * Begins a stateful split by fork. When this throws, nothing was changed.
 *
 * @throws what planSplit throws
 * @throws NotFoundError `MACHINE_NOT_FOUND`
 * @throws RefusedError `MACHINE_NOT_RUNNING`
 * @throws BusyError `MACHINE_BUSY` while another operation works on it
 * @throws InvalidRequestError `MACHINE_EXISTS` when a child's name is taken
 */
export async function beginSplit(ports: Ports, options: SplitOptions): Promise<Operation<SplitResult>> {
  const begunAt = performance.now()
  const { store, hypervisor } = ports
  const id = newOperationId('split')
  const lock = store.locks.lockMachine(options.machine, id)
  const agents = createAgentSessions(ports)
  try {
    const parent = await runningMachine(ports, options.machine)
    const { plan, workload } = await planFor(parent, options.request, agents)
    const prepared = store.atomically(() => write(ports, { id, parent, plan, workload }))
    const context: SplitContext = {
      prepared,
      store,
      hypervisor,
      agents,
      adopters: createAdopterSessions(hypervisor),
      findings: { told: new Map(), settled: new Map() },
    }
    return beginOperation({
      id,
      kind: 'split',
      run: async ({ report, signal }) => {
        using _guardian = startGuardian(ports.settings, id)
        const steps: StepRun<SplitContext> = {
          steps: splitSteps(prepared),
          context,
          journal: journalOf(store, id),
          report,
          signal,
          ...(options.intervene && { intervene: options.intervene }),
        }
        await using _sessions = agents
        using _adopters = context.adopters
        await recordOutcome(store, id, () => runSteps(steps))
        return splitResult(context, begunAt)
      },
    })
  } catch (error) {
    lock.release()
    await agents[Symbol.asyncDispose]()
    throw error
  }
}

/** What a split would do. Changes nothing. Throws as {@link beginSplit} does. */
export async function previewSplit(
  ports: Ports,
  options: SplitOptions,
): Promise<{ plan: SplitPlan; workload: Workload }> {
  const parent = await runningMachine(ports, options.machine)
  await using agents = createAgentSessions(ports)
  return await planFor(parent, options.request, agents)
}

/**
 * Finishes or takes back a split whose own process has ended.
 *
 * @throws FailedError `OPERATION_NOT_UNDONE`, `OPERATION_UNFINISHED`: it can be tried again
 * @throws BusyError `OPERATION_RUNNING` while its process lives
 */
export async function recoverSplit(ports: Ports, id: string): Promise<'finished' | 'undone'> {
  const { store, hypervisor } = ports
  const prepared = store.operations.takeOver(id).plan as PreparedSplit
  await using agents = createAgentSessions(ports)
  using adopters = createAdopterSessions(hypervisor)
  const context: SplitContext = {
    prepared,
    store,
    hypervisor,
    agents,
    adopters,
    findings: { told: new Map(), settled: new Map() },
  }
  const outcome = await recoverSteps({
    steps: splitSteps(prepared),
    context,
    journal: journalOf(store, id),
    report: () => {},
  })
  store.operations.finish(id, { state: outcome === 'finished' ? 'done' : 'undone' })
  return outcome
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

async function planFor(
  parent: MachineRecord,
  request: SplitRequest,
  agents: AgentSessions,
): Promise<{ plan: SplitPlan; workload: Workload }> {
  const agent = await agents.of(parent)
  const workload = toWorkload(await agent.groups())
  return { plan: planSplit(parent, workload, request), workload }
}

/** Everything that the split will make goes into the store before it is made. */
function write(
  { store, settings, hypervisor }: Ports,
  planned: { id: string; parent: MachineRecord; plan: SplitPlan; workload: Workload },
): PreparedSplit {
  const { id, plan, workload } = planned
  const parent = plan.twin
    ? store.machines.reserveTwin(planned.parent.name, {
        runtime: join(planned.parent.directory, 'twin'),
        memoryFile: hypervisor.memoryFile(planned.parent.name),
      })
    : planned.parent
  const { runtime: _, ...inherited } = parent
  const reserved = workload.groups.map(({ serviceAddress }) => serviceAddress).filter(Boolean)
  const children = plan.children.map((child) =>
    store.machines.create(
      {
        name: child.name,
        bridgeAddress: settings.bridgeAddress,
        reserved,
        ...(child.keepsMacAddress && { macAddress: parent.macAddress }),
      },
      ({ name, macAddress, address, tap }) => {
        const directory = join(settings.home, 'machines', name)
        return {
          ...inherited,
          name,
          id: randomUUID(),
          state: 'preparing',
          directory,
          disk: join(directory, 'root.qcow2'),
          backing: parent.disk,
          tap,
          macAddress,
          address,
          generationId: randomUUID(),
          memory: 'private',
          parent: parent.name,
          createdAt: Date.now(),
        }
      },
    ),
  )
  const prepared: PreparedSplit = {
    operation: id,
    plan,
    parent,
    children,
    ...(plan.twin && { before: planned.parent }),
  }
  store.operations.begin({ id, kind: 'split', machine: parent.name, plan: prepared })
  return prepared
}

async function recordOutcome(store: Store, id: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
    store.operations.finish(id, { state: 'done' })
  } catch (error) {
    const code = error instanceof CleaveError ? error.code : 'UNEXPECTED'
    const message = error instanceof Error ? error.message : String(error)
    // Anything else stays `running`, so that it is recovered when its process has ended.
    if (code === 'OPERATION_UNDONE')
      store.operations.finish(id, { state: 'undone', error: { code, message } })
    throw error
  }
}
