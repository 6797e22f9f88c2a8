/** One round of `vm top` in JSON. Pure. */
import type { Group } from '../../../proto/generated/messages.ts'
import type { MemoryUsage } from '../../hypervisor/usage.ts'
import type { MachineRecord } from '../../store/records.ts'
import { originWord, stateWord } from '../render/words.ts'
import { errorDocument } from './error.ts'
import { type KnownStatus, lifeOf } from './machine.ts'

/** What was seen of a machine. */
export interface Sample {
  machine: MachineRecord
  /** `unknown` also while somebody works on it. */
  status: KnownStatus
  /** Null when it does not run, or was not measured before. */
  cpuCores: number | null
  memory: MemoryUsage | null
  /** Null when nobody was asked, or nobody answered. */
  groups: readonly Group[] | null
  /** What keeps something from being known. */
  error?: unknown
}

export interface Round {
  /** Milliseconds since 1970. */
  at: number
  samples: readonly Sample[]
}

export function topDocument({ at, samples }: Round) {
  return { at: new Date(at).toISOString(), machines: samples.map(machineUseDocument) }
}

function machineUseDocument({ machine, status, cpuCores, memory, groups, error }: Sample) {
  const { name, parent = null, state, cpus, memoryMiB } = machine
  return {
    name,
    parent,
    life: status === 'unknown' ? state : lifeOf({ state, status }),
    cpus,
    cpuCores,
    memoryMiB,
    memory,
    groups: groups?.map(groupUseDocument) ?? null,
    error: error === undefined ? null : errorDocument(error),
  }
}

function groupUseDocument({ name, origin, state, cpuCores, memoryBytes }: Group) {
  return { name, origin: originWord(origin), state: stateWord(state), cpuCores, memoryBytes }
}

export type TopDocument = ReturnType<typeof topDocument>
export type MachineUse = TopDocument['machines'][number]
