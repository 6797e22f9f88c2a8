/** Disks for two groups of the demo, each with a file whose checksum is known, and what became of it. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cleave } from '../../sdk/cleave.ts'
import { command } from '../make/command.ts'

/** As the guest's declarations have them (packaging/image/parts/demo-disks). */
export const diskNames = ['letters', 'results'] as const

const fileName = 'archive'
const fileBytes = 8 * 1024 * 1024
const limits = { timeout: 60 }

/** Makes the disks and plugs them into a machine that does not run. Answers the checksum of the file on each. */
export async function giveDisks(cleave: Cleave, machine: string): Promise<Map<string, string>> {
  const checksums = new Map<string, string>()
  for (const name of diskNames) {
    await using scratch = await scratchFolder(cleave)
    const content = randomBytes(fileBytes)
    const [files, raw, image] = ['files', 'raw', 'image.qcow2'].map((part) => join(scratch.path, part))
    await mkdir(files ?? '')
    await writeFile(join(files ?? '', fileName), content)
    await command(['mkfs.ext4', '-q', '-d', files ?? '', raw ?? '', '256M'], limits)
    await command(['qemu-img', 'convert', '-O', 'qcow2', raw ?? '', image ?? ''], limits)
    await cleave.disks.create({ name, from: { image: image ?? '' }, copy: true })
    await cleave.disks.attach({ disk: name, machine })
    checksums.set(name, createHash('sha256').update(content).digest('hex'))
  }
  return checksums
}

/** Looks at the disks of a machine that does not run any more, without a guest. */
export async function readDisks(cleave: Cleave): Promise<Map<string, string>> {
  const checksums = new Map<string, string>()
  for (const name of diskNames) {
    await using scratch = await scratchFolder(cleave)
    const [raw, file] = ['raw', fileName].map((part) => join(scratch.path, part))
    await command(['qemu-img', 'convert', '-O', 'raw', cleave.disks.get(name).image, raw ?? ''], limits)
    await command(['debugfs', '-R', `dump ${fileName} ${file}`, raw ?? ''], limits)
    checksums.set(name, await checksumOf(file ?? ''))
  }
  return checksums
}

/** Also what an earlier demo left that was killed. Call it when their machines are gone. */
export async function removeDisks(cleave: Cleave): Promise<void> {
  for (const { name } of cleave.disks.list()) await cleave.disks.delete(name)
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

async function scratchFolder(cleave: Cleave) {
  const path = await mkdtemp(join(cleave.settings.home, 'disk-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
