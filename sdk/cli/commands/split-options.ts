/** The options of a split that say how its children are made. */
import { type Command, Option } from 'commander'
import { ways } from '../../planning/way.ts'
import { type GivenConfiguration, parseGiven } from '../arguments/child-configuration.ts'
import { parseList } from '../arguments/list.ts'
import { parseAddress, parseBridge, parseGateway } from '../arguments/names.ts'
import { parseDiskSize, parseMemory, parseWholeNumber } from '../arguments/quantity.ts'

/** In the order in which help lists them; all but the first two only for children that boot. */
export function addWayOptions(split: Command): Command {
  const given: [flags: string, description: string, read: Parameters<typeof parseGiven>[0]][] = [
    [
      '--cpus <[child=]number>',
      'processors of each child, or of one',
      (text) => ({ cpus: parseWholeNumber(text) }),
    ],
    ['--memory <[child=]size>', 'its memory', (text) => ({ memoryMiB: parseMemory(text) })],
    ['--disk <[child=]size>', 'the size of its root disk', (text) => ({ diskBytes: parseDiskSize(text) })],
    [
      '--kernel-parameters <[child=]words>',
      'for the end of the command line of its kernel',
      (text) => ({ kernelParameters: text }),
    ],
    [
      '--address <child=address>',
      'its address, with prefix length',
      (text) => ({ address: parseAddress(text) }),
    ],
    ['--gateway <[child=]address>', 'its gateway', (text) => ({ gateway: parseGateway(text) })],
    [
      '--to-bridge <[child=]name>',
      'the bridge that it is connected with',
      (text) => ({ bridge: parseBridge(text) }),
    ],
  ]
  split
    .addOption(new Option('--way <way>', 'how children are made (docs/split.md)').choices(ways))
    .option<string[]>(
      '--may-end <group,group>',
      'groups that may end for good when children boot: no unit starts them again',
      parseList,
    )
    .option(
      '--children-per-image <number>',
      'copy the disk of the parent for so many children each, when they boot from overlays',
      parseWholeNumber,
    )
  for (const [flags, description, read] of given) {
    split.option<GivenConfiguration[]>(flags, description, parseGiven(read))
  }
  return split
}
