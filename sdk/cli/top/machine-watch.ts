/** One machine, from round to round. */
import type { Cleave } from '../../cleave.ts'
import type { Machine } from '../../machine/machine.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { Sample } from '../documents/top.ts'
import { askGroups, busy } from './ask-groups.ts'
import { createMemoryWatch } from './memory-watch.ts'
import { processorUse, type Reading } from './processor-use.ts'
import { createQuestion } from './question.ts'

export interface MachineWatch extends AsyncDisposable {
  /** Takes some seconds at most, and that only until it is clear that nobody answers. Never throws: see the answer's error. */
  look(record: MachineRecord): Promise<Sample>
}

export interface WatchOptions {
  /** Whether the agents are asked, too. */
  groups: boolean
}

/** The agent looks at all processes of its guest: 20 ms of a processor, a third of a second of an emulated one. */
const groupsPace = { share: 1 / 5, longestMs: 30_000 }
const statusPace = { share: 1, longestMs: 0 }

export function createMachineWatch(cleave: Cleave, machine: Machine, options: WatchOptions): MachineWatch {
  const { name } = machine
  const stop = new AbortController()
  let memory = createMemoryWatch(cleave)
  const status = createQuestion({ ask: () => machine.status(), pace: statusPace, peer: `QEMU of ${name}` })
  const groups = createQuestion({
    ask: () => askGroups(machine, stop.signal),
    pace: groupsPace,
    peer: `the agent of ${name}`,
  })
  let before: Reading | undefined

  const measure = async (record: MachineRecord): Promise<number | null> => {
    const time = await cleave.hypervisor.processorTime(record)
    const now = time === null ? undefined : { time, at: performance.now() }
    const use = processorUse(before, now)
    before = now
    return use
  }

  const look = async (sample: Sample): Promise<void> => {
    sample.cpuCores = await measure(sample.machine)
    const isThere = before !== undefined
    // What runs it next has other memory.
    if (!isThere) memory = createMemoryWatch(cleave)
    sample.memory = memory.last()
    const holder = machine.heldBy()
    // Neither its agent nor its process is made to do anything, which would lengthen a pause.
    if (holder !== undefined) throw busy(name, holder)
    if (isThere) sample.memory = await memory.look(sample.machine)
    sample.status = await status.look()
    if (options.groups && sample.status === 'running') sample.groups = await groups.look()
  }

  return {
    look: async (record) => {
      const sample: Sample = {
        machine: record,
        status: 'unknown',
        cpuCores: null,
        memory: null,
        groups: null,
      }
      try {
        await look(sample)
      } catch (error) {
        sample.error = error
      }
      return sample
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort(new Error('nobody wants to know any more'))
      await Promise.all([status.settled(), groups.settled()])
    },
  }
}
