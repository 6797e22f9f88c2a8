import { type Command, Option } from 'commander'
import { agentGrouping } from '../../guest/grouping.ts'
import { groupsDocument } from '../documents/groups.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { groupsDot } from '../render/groups-dot.ts'
import { groupsTree } from '../render/groups-tree.ts'

interface GroupsOptions {
  by: 'coupling' | 'user'
  dot?: boolean
}

export function addGroups(program: Command): void {
  program
    .command('groups')
    .description('show which processes of a guest belong together, and why')
    .argument('<vm>', 'the machine')
    .addOption(
      new Option('--by <grouping>', 'what makes a group').choices(['coupling', 'user']).default('coupling'),
    )
    .option('--dot', "the graph in Graphviz's language")
    .addHelpText(
      'after',
      examples(['groups shop1', 'groups shop1 --by user', 'groups shop1 --dot | dot -Tsvg']),
    )
    .action(
      withFrame(async (frame, name: string, { by, dot }: GroupsOptions) => {
        await withCleave(frame, async (cleave) => {
          const listed = await cleave.machines.get(name).groups({ grouping: agentGrouping(by) })
          for (const problem of listed.problems) frame.output.warn(problem)
          frame.output.result({
            document: groupsDocument(name, listed),
            text: (look) => (dot ? groupsDot(listed) : groupsTree(listed, look)),
          })
        })
      }),
    )
}
