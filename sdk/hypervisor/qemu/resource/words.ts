/** How many processors and how much memory a QEMU is started with, and can come to have. Pure. */
import type { MachineRecord } from '../../../store/records.ts'
import { memoryBytes } from '../memory/size.ts'
import { option } from '../option.ts'

/** The values of two options of its command line. */
export interface ResourceWords {
  /** Of `-smp`. */
  processors: string
  /** Of `-m`. */
  memory: string
}

const gibibyte = 1024 ** 3

/**
 * Processors that can be plugged in beside those of the boot. Each costs the guest a quarter of a megabyte from its boot on, used
 * or not.
 */
const sparePlaces = 15

/** More than 255 need another interrupt controller. */
const mostPlaces = 255

/** Pieces of memory that can be plugged in at a time, */
export const memorySlots = 16

/** and how large they may be in all: nothing but addresses until they are there. */
const spareMemoryBytes = 64 * gibibyte

/** The most processors that a machine can come to have that boots with so many. */
export function mostCpusOf(bootCpus: number): number {
  return Math.min(mostPlaces, bootCpus + sparePlaces)
}

/** Of a machine that boots. */
export function resourceWords(machine: MachineRecord): ResourceWords {
  const cpus = machine.plugged?.bootCpus ?? machine.cpus
  const cores = mostCpusOf(cpus)
  const size = memoryBytes(machine)
  return {
    processors: option('', { cpus, sockets: 1, cores, threads: 1, maxcpus: cores }),
    memory: option('', { size: `${size}B`, slots: memorySlots, maxmem: `${size + spareMemoryBytes}B` }),
  }
}

/** Of a QEMU that runs, by its command line. Undefined when it has neither. */
export function runningWords(commandLine: readonly string[]): ResourceWords | undefined {
  const after = (name: string) => commandLine.find((_, index) => commandLine[index - 1] === name)
  const processors = after('-smp')
  const memory = after('-m')
  return processors === undefined || memory === undefined ? undefined : { processors, memory }
}
