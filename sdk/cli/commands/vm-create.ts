import { type Command, Option } from 'commander'
import type { NetworkKind } from '../../hypervisor/hypervisor.ts'
import type { ForwardWish } from '../../machine/network.ts'
import { parseForward } from '../arguments/forward.ts'
import { parseMemory, parseWholeNumber } from '../arguments/quantity.ts'
import { machineDocument } from '../documents/machine.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { reachedText } from '../render/reach.ts'
import { startTold } from './vm-start.ts'

interface CreateOptions {
  image: string
  cpus: number
  memory: number
  network?: NetworkKind
  forward?: ForwardWish[]
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
    .addOption(
      new Option(
        '--network <kind>',
        'bridge: an address of its own; user: needs no right (default: bridge where there is the right to one)',
      ).choices(['bridge', 'user']),
    )
    .option<ForwardWish[]>(
      '--forward <hostport:guestport>',
      'a port of this host that ends in the machine, with user networking; may be repeated',
      (text, before) => parseForward(text, before),
    )
    .option('--start', 'start it, and wait until its agent answers')
    .addHelpText(
      'after',
      examples([
        'vm create shop1 --memory 2G --start',
        'vm create plain1 --image ./images/plain',
        'vm create mine --network user --forward 8080:80',
      ]),
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
            ...(options.network && { network: options.network }),
            ...(options.forward && { forwards: options.forward }),
          })
          if (options.start) {
            frame.output.note(`${name} is created`)
            await startTold(frame.output, machine)
          }
          const document = machineDocument(machine.record(), await machine.status())
          frame.output.result({
            document: { machine: document },
            text: () => `${name} is ${options.start ? 'running' : 'created'}, ${reachedText(document)}`,
          })
        })
      }),
    )
}
