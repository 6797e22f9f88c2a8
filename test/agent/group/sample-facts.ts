/** Made-up processes and ties, for what decides on them. */
import fc from 'fast-check'
import type { Tie } from '../../../agent/group/coupling/ties.ts'
import type { ObservedProcess } from '../../../agent/process/source.ts'
import { Channel, type Group, type Process } from '../../../proto/generated/messages.ts'

export function sampleProcess(pid: number, fields: Partial<Process> = {}): Process {
  return {
    id: { pid, startTicks: pid * 10 },
    parentPid: 1,
    sessionId: pid,
    userId: 0,
    user: 'root',
    unit: '',
    cgroup: '/',
    name: 'work',
    arguments: ['work'],
    cpuCores: 0.5,
    memoryBytes: 1000,
    replicated: false,
    group: '',
    ...fields,
  }
}

export function sampleGroup(name: string, fields: Partial<Group> = {}): Group {
  return {
    name,
    origin: 'GROUP_ORIGIN_DECLARED',
    state: 'GROUP_STATE_RUNNING',
    processes: [],
    units: [],
    users: [],
    cpuCores: 0,
    memoryBytes: 0,
    serviceAddresses: [],
    endpoints: [],
    disks: [],
    declaredIn: '',
    declaredGroups: [],
    unrestartable: [],
    stateless: false,
    ...fields,
  }
}

export function observe(process: Process, fields: Partial<ObservedProcess> = {}): ObservedProcess {
  return { process, userUnit: '', tracerPid: 0, holdings: undefined, ...fields }
}

// The same object for the same pid, as in a listing.
const processes = Array.from({ length: 30 }, (_, index) => sampleProcess(index + 2))

export const workload: readonly ObservedProcess[] = processes.map((process) => observe(process))

export const anyTies: fc.Arbitrary<Tie[]> = fc.array(
  fc.record({
    channel: fc.constantFrom(Channel.CHANNEL_PIPE, Channel.CHANNEL_UNIT, Channel.CHANNEL_UNIX_SOCKET),
    evidence: fc.constantFrom('one', 'two', 'three'),
    holders: fc.uniqueArray(fc.constantFrom(...processes), { minLength: 2, maxLength: 6 }),
  }),
  { maxLength: 20 },
)
