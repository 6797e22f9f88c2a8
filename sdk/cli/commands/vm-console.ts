import type { Command } from 'commander'
import { InvalidRequestError } from '../../../proto/errors.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'

export function addVmConsole(vm: Command): void {
  vm.command('console')
    .description("attach this terminal to a machine's serial console; Ctrl+] leaves it")
    .argument('<name>', 'the machine')
    .addHelpText('after', examples(['vm console shop1']))
    .action(
      withFrame(async (frame, name: string) => {
        if (frame.output.json) throw noJson()
        const { attachConsole } = await import('../../hypervisor/qemu/console.ts')
        await withCleave(frame, async (cleave) => {
          const socket = cleave.hypervisor.consoleSocket(cleave.machines.get(name).record())
          frame.output.note(`the console of ${name}: Ctrl+] leaves it`)
          const ending = await attachConsole({ socket })
          frame.output.note(ending === 'left' ? `left the console of ${name}` : `${name} has ended`)
        })
      }),
    )
}

function noJson(): InvalidRequestError {
  return new InvalidRequestError({
    code: 'USAGE',
    message: 'a console has no result that could be JSON',
    remedy: 'Leave --json out.',
  })
}
