import type { Command } from 'commander'
import { familyDocument } from '../documents/family.ts'
import { withFrame } from '../frame/frame.ts'
import { statusOf } from '../frame/status-of.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { familyTree } from '../render/family-tree.ts'

export function addVmTree(vm: Command): void {
  vm.command('tree')
    .description('show which machine was split from which, and what memory and disks they share')
    .action(
      withFrame(async (frame) => {
        await withCleave(frame, async (cleave) => {
          const members = await Promise.all(
            cleave.machines.list().map(async (machine) => ({
              machine,
              status: await statusOf(cleave, machine, frame.output),
              usage: await cleave.hypervisor.usage(machine),
            })),
          )
          const machines = familyDocument(members)
          if (machines.length === 0) frame.output.note('no machines: make one with `cleave vm create NAME`')
          frame.output.result({ document: { machines }, text: (look) => familyTree(machines, look) })
        })
      }),
    )
}
