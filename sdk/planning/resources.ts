/** What it takes to give a machine other processors and memory while it runs. Pure. */
import { InvalidRequestError, UnavailableError } from '../../proto/errors.ts'
import type { MemoryRange } from '../../proto/generated/messages.ts'
import type { MachineRecord, PluggedMemory, PluggedResources } from '../store/records.ts'
import { checkResources } from './configuration.ts'

const mebibyte = 1024 * 1024

/** What is left out stays as it is. */
export interface ResizeRequest {
  /** 1 to as many as the machine can come to have, see `Machine.resources`. */
  cpus?: number
  /** A multiple of the guest's blocks (128 MiB in most) more or less than it has. */
  memoryMiB?: number
}

/** What the guest has. */
export interface GuestMemory {
  memoryBytes: number
  memoryPresentBytes: number
  memoryBlockBytes: number
}

export interface ResizePlan {
  cpus: number
  memoryMiB: number
  /** What is plugged in for it. */
  plugMiB: number
  /** What the guest is told to use then, in bytes. */
  guestBytes: number
  /** What it gives back first when it is to use less: what was plugged in last. */
  from: MemoryRange[]
}

type Resized = Pick<MachineRecord, 'name' | 'cpus' | 'memoryMiB' | 'plugged'>

/**
 * @param options.mostCpus that the machine can have
 * @throws InvalidRequestError `BAD_RESOURCES`
 * @throws UnavailableError `TOO_MANY_CPUS`
 */
export function planResize(options: {
  machine: Resized
  guest: GuestMemory
  mostCpus: number
  request: ResizeRequest
}): ResizePlan {
  const { machine, guest, mostCpus, request } = options
  const { cpus = machine.cpus, memoryMiB = machine.memoryMiB } = request
  checkResources(cpus, memoryMiB)
  if (cpus > mostCpus) throw tooManyCpus(machine.name, cpus, mostCpus)
  const difference = (memoryMiB - machine.memoryMiB) * mebibyte
  if (difference % guest.memoryBlockBytes !== 0) throw badStep(machine, memoryMiB, guest.memoryBlockBytes)
  const resting = guest.memoryPresentBytes - guest.memoryBytes
  return {
    cpus,
    memoryMiB,
    plugMiB: Math.max(0, difference - resting) / mebibyte,
    guestBytes: guest.memoryBytes + difference,
    from: rangesOf(machine.plugged?.memory ?? []).toReversed(),
  }
}

export function rangesOf(memory: readonly PluggedMemory[]): MemoryRange[] {
  return memory.map(({ address, sizeMiB }) => ({ address, bytes: sizeMiB * mebibyte }))
}

/** Plugged memory that the guest uses some of. */
export function inUse(memory: readonly PluggedMemory[], resting: readonly MemoryRange[]): PluggedMemory[] {
  return memory.filter(
    ({ address, sizeMiB }) =>
      !resting.some(
        (range) => range.address <= address && address + sizeMiB * mebibyte <= range.address + range.bytes,
      ),
  )
}

/** What was plugged into a machine; of one that was left as it booted, nothing. */
export function pluggedOf({ cpus, memoryMiB, plugged }: Resized): PluggedResources {
  return plugged ?? { bootCpus: cpus, bootMemoryMiB: memoryMiB, presentCpus: cpus, memory: [] }
}

/** The fields of a machine's record; nothing was plugged into one that is again as it booted. */
export function resizedFields(of: {
  cpus: number
  memoryMiB: number
  plugged: PluggedResources
}): Pick<MachineRecord, 'cpus' | 'memoryMiB'> & { plugged: PluggedResources | undefined } {
  const { cpus, memoryMiB, plugged } = of
  const { bootCpus, bootMemoryMiB, presentCpus, memory } = plugged
  const isAsBooted =
    cpus === bootCpus && presentCpus === bootCpus && memoryMiB === bootMemoryMiB && memory.length === 0
  return { cpus, memoryMiB, plugged: isAsBooted ? undefined : plugged }
}

function tooManyCpus(name: string, cpus: number, most: number): UnavailableError {
  return new UnavailableError({
    code: 'TOO_MANY_CPUS',
    message: `${name} can have ${most} processors at most while it runs, not ${cpus}`,
    remedy: `Ask for ${most} at most; or stop it, and start it with more.`,
  })
}

function badStep({ name, memoryMiB: now }: Resized, wanted: number, blockBytes: number): InvalidRequestError {
  const step = blockBytes / mebibyte
  const near = now + Math.round((wanted - now) / step) * step
  return new InvalidRequestError({
    code: 'BAD_RESOURCES',
    message: `the memory of ${name} changes in steps of ${step} MiB: from ${now} MiB it can't become ${wanted}`,
    remedy: `Ask for ${near} MiB, for example.`,
  })
}
