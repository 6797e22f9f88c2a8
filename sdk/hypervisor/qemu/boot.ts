/** Starts a machine's QEMU with all that it needs; when a step fails, what the steps before it made goes. */
import { mkdir, rm } from 'node:fs/promises'
import { FailedError, RefusedError } from '../../../proto/errors.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { Accelerator } from '../hypervisor.ts'
import { qemuArguments } from './command-line.ts'
import { listenForState, prepareMigration } from './fork/migration.ts'
import { checkSocketPaths, machineFiles, runtimeFolder, transientFiles } from './machine-files.ts'
import { createMemoryFiles, deleteMemoryFiles } from './memory/memory-file.ts'
import { ensureBridge } from './network/bridge.ts'
import { createTap, deleteTap } from './network/tap.ts'
import { endProcess } from './process/end.ts'
import { findProcess } from './process/find.ts'
import { boundLog } from './process/log.ts'
import { startQemu } from './process/start.ts'
import type { QmpClient } from './qmp/client.ts'
import type { ResourceWords } from './resource/words.ts'

export interface BootOptions {
  machine: MachineRecord
  accelerator: Accelerator
  /** Those of the process whose state it takes over. */
  resources?: ResourceWords | undefined
  /** The other machines' records. */
  others: readonly MachineRecord[]
}

/** Boots a machine from its disk. What was plugged in has no use any more: its processors and memory are there from the start. */
export async function boot(options: BootOptions): Promise<void> {
  const { plugged: _, ...machine } = options.machine
  const { accelerator, others } = options
  if (machine.memory !== 'shared') throw notBootable(machine)
  await using undo = new AsyncDisposableStack()
  await prepare(machine, undo)
  undo.defer(() => deleteMemoryFiles(machine))
  await createMemoryFiles({ machine, others })
  using _monitor = await start(machine, qemuArguments({ machine, accelerator, role: 'boot' }), undo)
  undo.move()
}

/** Starts a child that listens for its parent's state, and answers its monitor. */
export async function bootChild(options: BootOptions): Promise<QmpClient> {
  const { machine } = options
  await using undo = new AsyncDisposableStack()
  await prepare(machine, undo)
  const monitor = await start(machine, qemuArguments({ ...options, role: 'child' }), undo)
  undo.defer(() => monitor.close())
  await listenForState(monitor, machineFiles(machine).incoming)
  undo.move()
  return monitor
}

/**
 * Starts a child with memory of its own, for its parent's whole state, and answers its monitor.
 *
 * @param state the file that it loads that from, when it is told to
 */
export async function bootRestorer(options: BootOptions, state: number): Promise<QmpClient> {
  const { machine, others } = options
  await using undo = new AsyncDisposableStack()
  await prepare(machine, undo)
  undo.defer(() => deleteMemoryFiles(machine))
  await createMemoryFiles({ machine, others })
  const monitor = await start(machine, qemuArguments({ ...options, role: 'child' }), undo, state)
  undo.defer(() => monitor.close())
  await prepareMigration(monitor, { memory: 'sent' })
  undo.move()
  return monitor
}

/** Starts a second process for a machine, which listens for what the first has, and answers its monitor. */
export async function bootTwin(options: BootOptions): Promise<QmpClient> {
  const { machine, others } = options
  await using undo = new AsyncDisposableStack()
  await mkdir(runtimeFolder(machine), { recursive: true, mode: 0o700 })
  await prepare(machine, undo)
  undo.defer(() => deleteMemoryFiles(machine))
  await createMemoryFiles({ machine, others })
  const monitor = await start(machine, qemuArguments({ ...options, role: 'twin' }), undo)
  undo.move()
  return monitor
}

async function prepare(machine: MachineRecord, undo: AsyncDisposableStack): Promise<void> {
  checkSocketPaths(machine)
  if (findProcess(machine)) throw alreadyRuns(machine)
  await removeTransientFiles(machine)
  await boundLog(machineFiles(machine).consoleLog)
  if (machine.userNetwork !== undefined) return
  await ensureBridge(machine)
  await createTap(machine)
  undo.defer(() => deleteTap(machine))
}

async function start(
  machine: MachineRecord,
  words: readonly string[],
  undo: AsyncDisposableStack,
  inherited?: number,
): Promise<QmpClient> {
  undo.defer(() => endProcessOf(machine))
  return await startQemu(machine, words, inherited)
}

/** Ends the machine's process and frees what it held. May be repeated. */
export async function end(machine: MachineRecord): Promise<void> {
  await endProcessOf(machine)
  await deleteTap(machine)
  await deleteMemoryFiles(machine)
}

async function endProcessOf(machine: MachineRecord): Promise<void> {
  const process = findProcess(machine)
  if (process) await endProcess(process)
  await removeTransientFiles(machine)
}

async function removeTransientFiles(machine: MachineRecord): Promise<void> {
  await Promise.all(transientFiles(machine).map((path) => rm(path, { force: true })))
}

function alreadyRuns({ name }: MachineRecord): RefusedError {
  return new RefusedError({
    code: 'MACHINE_RUNNING',
    message: `${name} runs already`,
    remedy: `See what it does: cleave vm show ${name}`,
  })
}

function notBootable({ name }: MachineRecord): FailedError {
  return new FailedError({
    code: 'BAD_RECORD',
    message: `${name} can't boot on memory that is its parent's`,
    remedy: 'This is a defect of Cleave: please report it.',
  })
}
