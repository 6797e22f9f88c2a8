import type { Command } from 'commander'
import type { Cleave } from '../../cleave.ts'
import type { ResizeResult } from '../../operation/resize/result.ts'
import type { ResizeRequest } from '../../planning/resources.ts'
import { parseMemory, parseWholeNumber } from '../arguments/quantity.ts'
import { examples } from '../frame/examples.ts'
import { type Frame, withFrame } from '../frame/frame.ts'
import { waitCancellably } from '../frame/wait-cancellably.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { pairs } from '../render/table.ts'
import { duration, mebibyte, size } from '../render/units.ts'

interface ResourcesOptions {
  cpus?: number
  memory?: number
}

export function addResources(program: Command): void {
  program
    .command('resources')
    .description('show what processors and memory a machine has, or change them, also while it runs')
    .argument('<vm>', 'the machine')
    .option('--cpus <number>', 'processors that it is to use', parseWholeNumber)
    .option('--memory <size>', 'memory that it is to use, such as 1024M or 2G', parseMemory)
    .addHelpText('after', examples(['resources shop1', 'resources shop1 --cpus 2 --memory 2G']))
    .action(
      withFrame(async (frame, name: string, { cpus, memory }: ResourcesOptions) => {
        const request = {
          ...(cpus !== undefined && { cpus }),
          ...(memory !== undefined && { memoryMiB: memory }),
        }
        await withCleave(frame, async (cleave) => {
          if (Object.keys(request).length === 0) await show(frame, cleave, name)
          else await resize(frame, cleave, { name, request })
        })
      }),
    )
}

async function show({ output }: Frame, cleave: Cleave, name: string): Promise<void> {
  const resources = await cleave.machines.get(name).resources()
  const { cpus, memoryMiB, mostCpus, pluggedMiB, guest } = resources
  output.result({
    document: { resources: { machine: name, ...resources } },
    text: (look) =>
      pairs(
        [
          ['machine', name],
          ['processors', `${cpus}, ${mostCpus} at most while it runs`],
          ['memory', size(memoryMiB * mebibyte)],
          ['plugged in', pluggedMiB > 0 ? `${size(pluggedMiB * mebibyte)} of memory` : 'no memory'],
          ['its guest', guest === null ? 'does not say' : guestText(guest)],
        ],
        look,
      ),
  })
}

type Guest = NonNullable<Awaited<ReturnType<ReturnType<Cleave['machines']['get']>['resources']>>['guest']>

function guestText(guest: Guest): string {
  const { processors, processorsPresent, memoryBytes, memoryPresentBytes, memoryBlockBytes } = guest
  const memory = `${size(memoryBytes)} of ${size(memoryPresentBytes)}`
  return `uses ${processors} of ${processorsPresent} processors and ${memory}, in steps of ${size(memoryBlockBytes)}`
}

async function resize(
  { output }: Frame,
  cleave: Cleave,
  { name, request }: { name: string; request: ResizeRequest },
): Promise<void> {
  const machine = cleave.machines.get(name)
  const result = await waitCancellably(output, `the resize of ${name}`, () => machine.resize(request))
  output.result({ document: { resize: result }, text: () => resizedText(result) })
}

function resizedText({ machine, running, after, totalMs }: ResizeResult): string {
  const has = `${after.cpus} processors and ${size(after.memoryMiB * mebibyte)} of memory`
  return running
    ? `${machine} has ${has}, after ${duration(totalMs)}`
    : `${machine} has ${has} from its next start`
}
