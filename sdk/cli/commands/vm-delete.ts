import type { Command } from 'commander'
import { eachMachine } from '../frame/each-machine.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'

export function addVmDelete(vm: Command): void {
  vm.command('delete')
    .description('delete machines and their disks')
    .argument('<names...>', 'the machines; a parent can go only after its children')
    .option('--force', 'end a machine that runs, without waiting for its guest')
    .addHelpText('after', examples(['vm delete shop1', 'vm delete --force front back']))
    .action(
      withFrame(async (frame, names: string[], { force }: { force?: boolean }) => {
        await withCleave(frame, async (cleave) => {
          await eachMachine(frame.output, names, async (name) => {
            const machine = cleave.machines.get(name)
            if (force) await machine.stop({ graceMs: 0 })
            await machine.delete()
            return { fields: { deleted: true }, text: `${name} is deleted` }
          })
        })
      }),
    )
}
