/** The splits that the demo shows, one after the other, and the merge that takes them back. */
import type { Cleave } from '../../sdk/cleave.ts'
import type { MergeResult } from '../../sdk/operation/merge/result.ts'
import type { Operation } from '../../sdk/operation/operation.ts'
import type { SplitResult } from '../../sdk/operation/split/result.ts'
import type { SplitRequest } from '../../sdk/planning/assignment.ts'

export interface ShownSplit {
  title: string
  machine: string
  request: SplitRequest
}

/** Of the machine that everything begins with. */
export const first: ShownSplit = {
  title: 'splits it into three while it runs: shop | mail | workers',
  machine: 'demo',
  request: {
    children: [
      { name: 'front', groups: ['shop'] },
      { name: 'post', groups: ['mail'] },
      { name: 'compute', groups: ['worker-1', 'worker-2', 'worker-3'] },
    ],
    rest: 'compute',
  },
}

/** Of a child, whose memory is a private copy of its parent's. */
export const second: ShownSplit = {
  title: 'splits the workers again: one | two and three',
  machine: 'compute',
  request: {
    children: [
      { name: 'compute-1', groups: ['worker-1'] },
      { name: 'compute-2', groups: ['worker-2', 'worker-3'] },
    ],
    rest: 'compute-2',
  },
}

/** With other resources than the parent's: its children boot. */
export const stateless: ShownSplit = {
  title: 'splits these two without their memory, into machines of other sizes',
  machine: 'compute-2',
  request: {
    way: 'delta',
    children: [
      { name: 'large', groups: ['worker-2'], cpus: 2, memoryMiB: 1536 },
      { name: 'small', groups: ['worker-3'], cpus: 1, memoryMiB: 384 },
    ],
    rest: 'small',
  },
}

/** Of what was split first and second, into the machine of the shop, with disks, processors and memory. */
export const together = { into: 'front', sources: ['post', 'compute-1'] } as const

/** Carries the merge out, and tells each step. */
export async function showMerge(cleave: Cleave, say: (line: string) => void): Promise<MergeResult> {
  say('merges mail and a worker back into the machine of the shop, with their disks, processors and memory')
  const { into, sources } = together
  const operation = await cleave.machines.get(into).merge({ sources, restart: true, resources: true })
  return await tell(operation, say)
}

/** Carries one out, and tells each step. */
export async function show(
  cleave: Cleave,
  { title, machine, request }: ShownSplit,
  say: (line: string) => void,
): Promise<SplitResult> {
  say(title)
  return await tell(await cleave.machines.get(machine).split(request), say)
}

async function tell<Result>(operation: Operation<Result>, say: (line: string) => void): Promise<Result> {
  for await (const event of operation.events()) {
    if (event.type === 'step-done') say(`  ${event.step} done in ${event.milliseconds.toFixed(0)} ms`)
  }
  return await operation.wait()
}
