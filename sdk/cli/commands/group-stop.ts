import type { Command } from 'commander'
import { FailedError } from '../../../proto/errors.ts'
import type { EndedProcess } from '../../../proto/generated/messages.ts'
import { parseSeconds } from '../arguments/quantity.ts'
import { errorDocument } from '../documents/error.ts'
import { processIdDocument } from '../documents/groups.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { printable } from '../render/printable.ts'
import { type Column, table } from '../render/table.ts'
import { endingWord } from '../render/words.ts'

const columns: readonly Column<EndedProcess>[] = [
  { title: 'PID', text: ({ id }) => String(id?.pid ?? ''), align: 'right' },
  { title: 'NAME', text: ({ name }) => name },
  { title: 'ENDING', text: ({ ending }) => endingWord(ending) },
]

interface StopOptions {
  grace?: number
  unmount?: boolean
}

export function addGroupStop(group: Command): void {
  group
    .command('stop')
    .description('end the processes of a group: asked first, killed after the grace')
    .argument('<vm>', 'the machine')
    .argument('<group>', 'the group')
    .option('--grace <seconds>', "from asking to killing (default: the group's own)", parseSeconds)
    .option('--unmount', 'its disks come off, and its targets are logged out of')
    .addHelpText(
      'after',
      examples([
        'group stop shop1 mail',
        'group stop shop1 workers --grace 2',
        'group stop shop1 docs --unmount',
      ]),
    )
    .action(
      withFrame(async (frame, name: string, groupName: string, { grace, unmount }: StopOptions) => {
        await withCleave(frame, async (cleave) => {
          const machine = cleave.machines.get(name)
          const { processes } = await machine.terminateGroup(
            groupName,
            // 0 would take the group's own grace.
            grace === undefined ? {} : { graceMs: Math.max(grace, 1) },
          )
          const left = processes.filter(({ ending }) => ending === 'ENDING_STILL_RUNNING')
          const failure = left.length > 0 ? stillRunning(groupName, left) : undefined
          const disks = unmount && !failure ? await machine.unmountDisks([groupName]) : []
          const unmounted = disks.map(({ mountPoint }) => mountPoint).filter((place) => place !== '')
          frame.output.result({
            document: {
              machine: name,
              group: groupName,
              processes: processes.map(endedDocument),
              ...(unmount && { unmounted }),
              ...(failure && { error: errorDocument(failure) }),
            },
            text: (look) =>
              [
                processes.length > 0
                  ? table(processes, columns, look)
                  : printable(`${groupName} did not run`),
                ...unmounted.map((place) => printable(`unmounted ${place}`)),
              ].join('\n'),
          })
          if (failure) frame.output.fail(failure)
        })
      }),
    )
}

function endedDocument({ id, name, ending }: EndedProcess) {
  return { ...processIdDocument(id), name, ending: endingWord(ending) }
}

function stillRunning(group: string, left: readonly EndedProcess[]): FailedError {
  return new FailedError({
    code: 'STILL_RUNNING',
    message: `${left.length} processes of ${group} have not ended: ${left.map(({ id }) => id?.pid).join(', ')}`,
    remedy: 'They may wait for a disk. Look at them with `cleave processes`, then try again.',
  })
}
