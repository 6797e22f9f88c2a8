import { type Command, Option } from 'commander'
import type { Cleave } from '../../cleave.ts'
import { agentGrouping } from '../../guest/grouping.ts'
import type { ChildRequest, SplitRequest } from '../../planning/assignment.ts'
import { parseWholeNumber } from '../arguments/quantity.ts'
import { readRules } from '../arguments/rules-file.ts'
import { parseChild, type SplitOptions, toSplitRequest } from '../arguments/split-request.ts'
import { planDocument } from '../documents/split.ts'
import { examples } from '../frame/examples.ts'
import { type Frame, withFrame } from '../frame/frame.ts'
import { waitCancellably } from '../frame/wait-cancellably.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { planTable } from '../render/split-plan.ts'
import { splitSummary } from '../render/split-result.ts'
import { addWayOptions } from './split-options.ts'

export function addSplit(program: Command): void {
  const command = program
    .command('split')
    .description('split a running machine into several that go on with its groups')
    .argument('<vm>', 'the machine')
    .option<ChildRequest[]>(
      '--child <name=group,group>',
      'a child and its groups; once for each child',
      (text, before) => parseChild(text, before),
    )
    .option('--rest <name>', 'the child that gets every group that is not named')
    .option('--into <number>', 'so many children, balanced by measured CPU and memory', parseWholeNumber)
    .addOption(new Option('--measure <what>', 'what --into spreads evenly').choices(['use', 'processes']))
    .addOption(new Option('--by <grouping>', 'what makes a group').choices(['coupling', 'user']))
    .option('--rules <file>', 'what is kept together and apart, replicated and weighted (docs/split.md)')
  addWayOptions(command)
    .option('--plan', 'show what would happen, and change nothing')
    .addHelpText(
      'after',
      examples([
        'split shop1 --child front=shop --child post=mail --rest compute',
        'split shop1 --into 3 --measure processes --plan',
        'split shop1 --way delta --into 2 --memory 512M',
        'split shop1 --by user --child front=alice,bob --rest others',
      ]),
    )
    .action(
      withFrame(async (frame, name: string, options: SplitOptions & { plan?: boolean; rules?: string }) => {
        const rules = options.rules === undefined ? undefined : await readRules(options.rules)
        const request = toSplitRequest(options, rules)
        await withCleave(frame, async (cleave) => {
          await (options.plan ? plan : split)(frame, cleave, { name, request })
        })
      }),
    )
}

interface Wish {
  name: string
  request: SplitRequest
}

async function plan({ output }: Frame, cleave: Cleave, { name, request }: Wish): Promise<void> {
  const machine = cleave.machines.get(name)
  const planned = await machine.planSplit(request)
  const document = planDocument(planned, await machine.groups({ grouping: agentGrouping(planned.grouping) }))
  output.result({ document: { plan: document }, text: (look) => planTable(document, look) })
}

async function split({ output }: Frame, cleave: Cleave, { name, request }: Wish): Promise<void> {
  const machine = cleave.machines.get(name)
  const result = await waitCancellably(output, `the split of ${name}`, () => machine.split(request))
  output.result({ document: { split: result }, text: (look) => splitSummary(result, look) })
}
