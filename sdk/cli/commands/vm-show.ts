import type { Command } from 'commander'
import { lifeOf, machineDocument } from '../documents/machine.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { forwardText } from '../render/reach.ts'
import { pairs } from '../render/table.ts'
import { mebibyte, moment, size } from '../render/units.ts'

export function addVmShow(vm: Command): void {
  vm.command('show')
    .description('show all that is known of a machine')
    .argument('<name>', 'the machine')
    .action(
      withFrame(async (frame, name: string) => {
        await withCleave(frame, async (cleave) => {
          const record = cleave.machines.get(name).record()
          const machine = machineDocument(record, await cleave.hypervisor.status(record))
          const children = cleave.machines.list().filter(({ parent }) => parent === name)
          const document = { ...machine, children: children.map((child) => child.name) }
          frame.output.result({
            document: { machine: document },
            text: (look) =>
              pairs(
                [
                  ['name', machine.name],
                  ['state', lifeOf(machine)],
                  ['processors', String(machine.cpus)],
                  ['memory', `${size(machine.memoryMiB * mebibyte)}, ${machine.memory}`],
                  ['network', machine.network],
                  ['address', machine.address],
                  ['forwards', machine.forwards.map(forwardText).join(', ') || 'none'],
                  ['gateway', machine.gateway],
                  ['MAC address', machine.macAddress],
                  ['bridge', machine.bridge ?? 'none'],
                  ['tap', machine.tap ?? 'none'],
                  ['parent', machine.parent ?? 'none'],
                  ['children', document.children.join(', ') || 'none'],
                  ['folder', machine.directory],
                  ['disk', machine.disk],
                  ['disks of groups', machine.disks.join(', ') || 'none'],
                  ['based on', machine.backing ?? 'nothing'],
                  ['id', machine.id],
                  ['created', moment(record.createdAt)],
                ],
                look,
              ),
          })
        })
      }),
    )
}
