/** What is on block devices. */
import { runProgram } from './run-program.ts'
import { realpathOr } from './sys-files.ts'

export interface Content {
  /** The UUID of the file system, empty when it has none. */
  uuid: string
  /** Such as ext4, also LVM2_member. */
  type: string
}

/** By the path of the device. */
export type Contents = ReadonlyMap<string, Content>

const lookMs = 15_000
const nothingFound = 2

/** Reads the beginnings of all devices: what udev and blkid noted earlier may be old. */
export async function readContents(): Promise<Contents> {
  const words = ['--cache-file', '/dev/null', '--output', 'export']
  const { exitCode, output } = await runProgram('blkid', words, { timeoutMs: lookMs, from: 'util-linux' })
  if (exitCode === nothingFound) return new Map()
  // blkid calls volumes by the names that they were given: links to those of the kernel.
  return new Map([...parseContents(output)].map(([path, content]) => [realpathOr(path) || path, content]))
}

/** What `blkid --output export` writes: lines NAME=value, an empty one between devices. Pure. */
export function parseContents(output: string): Contents {
  const blocks = output.split(/\n\s*\n/).map((block) => {
    const lines = block.split('\n').map((line) => {
      const equals = line.indexOf('=')
      return [line.slice(0, equals), line.slice(equals + 1)] as const
    })
    return new Map(lines)
  })
  return new Map(
    blocks.flatMap((values) => {
      const path = values.get('DEVNAME')
      if (path === undefined) return []
      return [[path, { uuid: values.get('UUID') ?? '', type: values.get('TYPE') ?? '' }] as const]
    }),
  )
}
