import type { Command } from 'commander'
import type { Cleave } from '../../cleave.ts'
import type { MergeRequest } from '../../planning/merge-plan.ts'
import { parseList } from '../arguments/list.ts'
import { mergePlanDocument } from '../documents/merge.ts'
import { examples } from '../frame/examples.ts'
import { type Frame, withFrame } from '../frame/frame.ts'
import { waitCancellably } from '../frame/wait-cancellably.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { mergePlanText, mergeSummary } from '../render/merge.ts'

interface Options {
  into: string
  groups?: string[]
  restart?: boolean
  mayEnd?: string[]
  resources?: boolean
  keep?: boolean
  freeDisks?: boolean
  whenDone?: boolean
  plan?: boolean
}

export function addMerge(program: Command): void {
  program
    .command('merge')
    .description('move groups, with their disks, to another machine, and delete those that have none left')
    .argument('<vm...>', 'machines that give their groups away')
    .requiredOption('--into <vm>', 'the machine that gets them')
    .option<string[]>('--groups <group,group>', 'only these (default: all)', parseList)
    .option('--restart', 'end groups and start them again, though they lose what is only in memory')
    .option<string[]>(
      '--may-end <group,group>',
      'groups that may end for good: nothing starts them again',
      parseList,
    )
    .option('--resources', 'the processors and the memory of machines that end go over, too')
    .option('--keep', 'keep machines that have no group left')
    .option('--free-disks', 'end whoever still holds a disk when its group has ended')
    .option('--when-done', 'first wait until no process of the groups is left')
    .option('--plan', 'show what would happen, and change nothing')
    .addHelpText(
      'after',
      examples([
        'merge post compute --into front --restart --plan',
        'merge post --into front --restart --resources',
        'merge compute --into front --groups worker-1 --restart --keep',
      ]),
    )
    .action(
      withFrame(async (frame, sources: string[], { into, plan: isPlan, whenDone, ...options }: Options) => {
        await withCleave(frame, async (cleave) => {
          const wish = { into, request: { sources, ...options } }
          if (isPlan) return await plan(frame, cleave, wish)
          if (whenDone) await waitUntilDone(frame, cleave, wish.request)
          await merge(frame, cleave, wish)
        })
      }),
    )
}

interface Wish {
  into: string
  request: MergeRequest
}

/** A signal ends the command: nothing was changed yet. */
async function waitUntilDone(
  { output }: Frame,
  cleave: Cleave,
  { sources, groups }: MergeRequest,
): Promise<void> {
  await Promise.all(
    sources.map(async (name) => {
      const machine = cleave.machines.get(name)
      const listed = (await machine.groups()).groups.filter(({ state }) => state !== 'GROUP_STATE_FOREIGN')
      const moving = listed.map((group) => group.name).filter((group) => groups?.includes(group) ?? true)
      output.note(`waiting until ${moving.join(', ')} of ${name} is done`)
      await machine.whenDone(moving)
    }),
  )
}

async function plan({ output }: Frame, cleave: Cleave, { into, request }: Wish): Promise<void> {
  const planned = await cleave.machines.get(into).planMerge(request)
  const document = mergePlanDocument(planned)
  output.result({ document: { plan: document }, text: (look) => mergePlanText(document, look) })
}

async function merge({ output }: Frame, cleave: Cleave, { into, request }: Wish): Promise<void> {
  const machine = cleave.machines.get(into)
  const result = await waitCancellably(output, `the merge into ${into}`, () => machine.merge(request))
  output.result({ document: { merge: result }, text: (look) => mergeSummary(result, look) })
}
