/** Real disks with real file systems: loop devices, as this machine has no others to spare. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

export interface LoopDisk extends AsyncDisposable {
  device: string
  file: string
  uuid: string
}

const makers = {
  ext4: { words: ['mkfs.ext4', '-q'], size: 32 },
  xfs: { words: ['mkfs.xfs', '-q'], size: 320 },
  btrfs: { words: ['mkfs.btrfs', '-q'], size: 128 },
} as const

export type FileSystem = keyof typeof makers

/** @param options.file an image that is there; made anew when it is left out */
export async function createLoopDisk(
  fileSystem: FileSystem,
  options: { file?: string } = {},
): Promise<LoopDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'cleave-disk-'))
  const file = options.file ?? join(folder, 'disk')
  const { words, size } = makers[fileSystem]
  if (options.file === undefined) {
    writeFileSync(file, '')
    truncateSync(file, size * 1024 * 1024)
    const [program, ...others] = words
    await execa(program, [...others, file])
  }
  const { stdout: device } = await execa('losetup', ['--find', '--show', file])
  const { stdout: uuid } = await execa('blkid', [
    '--probe',
    '--output',
    'value',
    '--match-tag',
    'UUID',
    device,
  ])
  return {
    device,
    file,
    uuid,
    async [Symbol.asyncDispose]() {
      await execa('losetup', ['--detach', device], { reject: false })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
