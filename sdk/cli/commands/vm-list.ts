import type { Command } from 'commander'
import { lifeOf, type MachineDocument, machineDocument } from '../documents/machine.ts'
import { withFrame } from '../frame/frame.ts'
import { statusOf } from '../frame/status-of.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { reachedAt } from '../render/reach.ts'
import { type Column, table } from '../render/table.ts'
import { mebibyte, size } from '../render/units.ts'

const columns: readonly Column<MachineDocument>[] = [
  { title: 'NAME', text: ({ name }) => name },
  {
    title: 'STATE',
    text: lifeOf,
    style: (machine) => (lifeOf(machine) === 'running' ? 'green' : 'dim'),
  },
  { title: 'CPUS', text: ({ cpus }) => String(cpus), align: 'right' },
  { title: 'MEMORY', text: ({ memoryMiB }) => size(memoryMiB * mebibyte), align: 'right' },
  { title: 'ADDRESS', text: reachedAt },
  { title: 'PARENT', text: ({ parent }) => parent ?? '' },
]

export function addVmList(vm: Command): void {
  vm.command('list')
    .description('list the machines of this host')
    .action(
      withFrame(async (frame) => {
        await withCleave(frame, async (cleave) => {
          const machines = await Promise.all(
            cleave.machines.list().map(async (machine) => {
              return machineDocument(machine, await statusOf(cleave, machine, frame.output))
            }),
          )
          if (machines.length === 0) frame.output.note('no machines: make one with `cleave vm create NAME`')
          frame.output.result({
            document: { machines },
            text: (look) => (machines.length > 0 ? table(machines, columns, look) : ''),
          })
        })
      }),
    )
}
