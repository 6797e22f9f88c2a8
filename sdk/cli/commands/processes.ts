import type { Command } from 'commander'
import type { Process } from '../../../proto/generated/messages.ts'
import { processDocument } from '../documents/groups.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { type Column, table } from '../render/table.ts'
import { cores, size } from '../render/units.ts'
import { commandOf } from '../render/words.ts'

const columns: readonly Column<Process>[] = [
  { title: 'PID', text: ({ id }) => String(id?.pid ?? ''), align: 'right' },
  { title: 'USER', text: ({ user }) => user },
  { title: 'UNIT', text: ({ unit }) => unit },
  { title: 'GROUP', text: ({ group, replicated }) => (replicated ? '(every child)' : group) },
  { title: 'CPU', text: ({ cpuCores }) => cores(cpuCores), align: 'right' },
  { title: 'MEMORY', text: ({ memoryBytes }) => size(memoryBytes), align: 'right' },
  { title: 'COMMAND', text: commandOf, cut: true },
]

export function addProcesses(program: Command): void {
  program
    .command('processes')
    .description('list the processes of a guest')
    .argument('<vm>', 'the machine')
    .option('--group <group>', 'only those of this group')
    .addHelpText('after', examples(['processes shop1', 'processes shop1 --group mail --json']))
    .action(
      withFrame(async (frame, name: string, options: { group?: string }) => {
        await withCleave(frame, async (cleave) => {
          const processes = await cleave.machines.get(name).processes(options)
          frame.output.result({
            document: { machine: name, processes: processes.map(processDocument) },
            text: (look) => table(processes, columns, look),
          })
        })
      }),
    )
}
