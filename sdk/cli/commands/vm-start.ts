import type { Command } from 'commander'
import type { Machine } from '../../machine/machine.ts'
import { parseSeconds } from '../arguments/quantity.ts'
import { machineDocument } from '../documents/machine.ts'
import { eachMachine } from '../frame/each-machine.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import type { Output } from '../frame/output.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { reachedText } from '../render/reach.ts'
import { duration } from '../render/units.ts'

export function addVmStart(vm: Command): void {
  vm.command('start')
    .description('start machines, and wait until their agents answer')
    .argument('<names...>', 'the machines')
    .option('--timeout <seconds>', 'how long an agent may take to answer (default: 120)', parseSeconds)
    .addHelpText('after', examples(['vm start shop1', 'vm start shop1 shop2 --timeout 300']))
    .action(
      withFrame(async (frame, names: string[], { timeout }: { timeout?: number }) => {
        await withCleave(frame, async (cleave) => {
          await eachMachine(frame.output, names, async (name) => {
            const machine = cleave.machines.get(name)
            const milliseconds = await startTold(frame.output, machine, timeout)
            const document = machineDocument(machine.record(), 'running')
            return {
              fields: { address: document.address, forwards: document.forwards, milliseconds },
              text: `${name} is running, ${reachedText(document)}`,
            }
          })
        })
      }),
    )
}

/** Starts a machine and says so, because it takes a while. Answers how long it took. */
export async function startTold(output: Output, machine: Machine, timeoutMs?: number): Promise<number> {
  output.note(`starting ${machine.name}`)
  const startedAt = performance.now()
  await machine.start(timeoutMs === undefined ? {} : { timeoutMs })
  const milliseconds = performance.now() - startedAt
  output.note(`the agent of ${machine.name} answered after ${duration(milliseconds)}`)
  return milliseconds
}
