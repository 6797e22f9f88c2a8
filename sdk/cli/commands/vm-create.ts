import type { Command } from 'commander'
import { parseMemory, parseWholeNumber } from '../arguments/quantity.ts'
import { machineDocument } from '../documents/machine.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { startTold } from './vm-start.ts'

interface CreateOptions {
  image: string
  cpus: number
  memory: number
  start?: boolean
}

export function addVmCreate(vm: Command): void {
  vm.command('create')
    .description('create a machine from a guest image')
    .argument('<name>', '1 to 63 lower-case letters, digits and hyphens')
    .option(
      '--image <image>',
      'a built image, such as demo or demo-trixie, or the folder of any image',
      'demo',
    )
    .option('--cpus <number>', 'processors', parseWholeNumber, 1)
    .option('--memory <size>', 'memory, such as 1024M or 2G (default: 1024M)', parseMemory, 1024)
    .option('--start', 'start it, and wait until its agent answers')
    .addHelpText(
      'after',
      examples(['vm create shop1 --memory 2G --start', 'vm create plain1 --image ./images/plain']),
    )
    .action(
      withFrame(async (frame, name: string, options: CreateOptions) => {
        const { imageFolder } = await import('../image/built-images.ts')
        await withCleave(frame, async (cleave) => {
          const image = await imageFolder(options.image)
          const machine = await cleave.machines.create({
            name,
            image,
            cpus: options.cpus,
            memoryMiB: options.memory,
          })
          if (options.start) {
            frame.output.note(`${name} is created`)
            await startTold(frame.output, machine)
          }
          const record = machine.record()
          frame.output.result({
            document: { machine: machineDocument(record, await machine.status()) },
            text: () =>
              `${name} is ${options.start ? 'running' : 'created'}, its address is ${record.address}`,
          })
        })
      }),
    )
}
