import type { Command } from 'commander'
import { machineDocument } from '../documents/machine.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { statusOf } from '../frame/status-of.ts'
import { withCleave } from '../frame/with-cleave.ts'

export function addVmFlatten(vm: Command): void {
  vm.command('flatten')
    .description("copy what is in its parents' disks into a machine's own, also while it runs")
    .argument('<name>', 'the machine')
    .addHelpText('after', examples(['vm flatten front']))
    .action(
      withFrame(async (frame, name: string) => {
        await withCleave(frame, async (cleave) => {
          const record = await cleave.machines.get(name).flatten()
          const status = await statusOf(cleave, record, frame.output)
          frame.output.result({
            document: { machine: machineDocument(record, status) },
            text: () => `${name} needs no disk of another machine any more`,
          })
        })
      }),
    )
}
