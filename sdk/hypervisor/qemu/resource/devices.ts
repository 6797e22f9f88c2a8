/** Processors and memory that were plugged in, as QEMU knows them. Pure. */
import { basename, dirname } from 'node:path'
import type { MachineRecord, PluggedMemory } from '../../../store/records.ts'
import type { Accelerator } from '../../hypervisor.ts'
import { type OptionFields, option } from '../option.ts'

const mebibyte = 1024 * 1024

/** QEMU's type of the processors that it has with an accelerator. */
export function processorType(accelerator: Accelerator): string {
  return accelerator === 'kvm' ? 'host-x86_64-cpu' : 'qemu64-x86_64-cpu'
}

/** The place of a processor, by its number from 0: all are cores of one socket. */
export function processorPlace(core: number) {
  return { id: `cpu${core}`, 'socket-id': 0, 'core-id': core, 'thread-id': 0 }
}

/** QEMU's name for what backs a piece of memory. */
export function backendOf({ id }: Pick<PluggedMemory, 'id'>): string {
  return `${id}-file`
}

/** Whether the file was made for this machine; else it is one that its parent had. */
export function isOwnFile({ name }: Pick<MachineRecord, 'name'>, { file }: PluggedMemory): boolean {
  return basename(file).startsWith(`${name}.`)
}

/** The file of a piece of memory of a machine, beside that of the rest. */
export function pluggedFile(memoryFile: string, id: string): string {
  return `${memoryFile}.${id}`
}

export function memoryBackend(machine: MachineRecord, memory: PluggedMemory) {
  return {
    id: backendOf(memory),
    size: memory.sizeMiB * mebibyte,
    'mem-path': memory.file,
    // A copy of its parent's, as the rest; but a machine that is a copy itself may have got more since.
    share: machine.memory === 'shared' || isOwnFile(machine, memory),
  }
}

export function memoryDevice(memory: PluggedMemory) {
  return { id: memory.id, memdev: backendOf(memory), slot: memory.slot, addr: memory.address }
}

/** The arguments for a process that takes over the state of one which has them. */
export function pluggedDevices(machine: MachineRecord, accelerator: Accelerator): string[] {
  const { plugged } = machine
  if (plugged === undefined) return []
  const { bootCpus, presentCpus } = plugged
  const cpus = Array.from({ length: Math.max(0, presentCpus - bootCpus) }, (_, index) =>
    device(processorType(accelerator), processorPlace(bootCpus + index)),
  )
  const memory = plugged.memory.flatMap((piece) => [
    ...['-object', option('memory-backend-file', { ...memoryBackend(machine, piece) })],
    ...device('pc-dimm', memoryDevice(piece)),
  ])
  return [...cpus.flat(), ...memory]
}

function device(driver: string, fields: OptionFields): string[] {
  return ['-device', option(driver, fields)]
}

/** The folder of a machine's memory files, and how the names of those begin that are its own. */
export function ownFiles({ name, memoryFile }: MachineRecord) {
  return { folder: dirname(memoryFile), prefix: `${name}.ram.` }
}
