import type { Command } from 'commander'
import type { CleaveError } from '../../../proto/errors.ts'
import { parseSeconds } from '../arguments/quantity.ts'
import { eachMachine } from '../frame/each-machine.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'

const outcomes = {
  orderly: 'has powered off',
  ended: 'did not power off in time and was ended',
  absent: 'was not running',
}

export function addVmStop(vm: Command): void {
  vm.command('stop')
    .description('power machines off')
    .argument('<names...>', 'the machines')
    .option('--grace <seconds>', 'how long a guest may take before it is ended (default: 60)', parseSeconds)
    .addHelpText('after', examples(['vm stop shop1', 'vm stop shop1 shop2 --grace 5']))
    .action(
      withFrame(async (frame, names: string[], { grace }: { grace?: number }) => {
        await withCleave(
          frame,
          async (cleave) => {
            await eachMachine(frame.output, names, async (name) => {
              const stop = () => cleave.machines.get(name).stop(grace === undefined ? {} : { graceMs: grace })
              const outcome = await stop().catch(async (error: CleaveError) => {
                if (error.code !== 'OPERATION_INTERRUPTED') throw error
                await cleave.operations.recover()
                return await stop()
              })
              return { fields: { outcome }, text: `${name} ${outcomes[outcome]}` }
            })
          },
          // Only if it has to: what hangs may be the machine that a recovery would wait for.
          { recover: false },
        )
      }),
    )
}
