/** The image below a new machine's disk. */
import { open } from 'node:fs/promises'
import { z } from 'zod'
import { CleaveError, InvalidRequestError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import { runProgram } from '../program.ts'
import { parseQcow2Header, type Qcow2Header, qcow2HeaderSize } from './qcow2-header.ts'

/**
 * Looks at the image and answers its virtual size in bytes. The disk of a machine that is split has a backing file
 * that was checked when that machine was made; any other image must stand alone, for a backing file that its
 * maker names could be any file of this host.
 *
 * @throws InvalidRequestError `IMAGE_UNREADABLE`, `IMAGE_NOT_QCOW2`, `IMAGE_NOT_ALONE`, `IMAGE_DAMAGED`
 */
export async function checkBaseImage({ backing = '', parent }: MachineRecord): Promise<bigint> {
  const { virtualSize } = await readImageHeader(backing)
  if (parent === undefined) await checkStandsAlone(backing)
  return virtualSize
}

/** @throws InvalidRequestError `IMAGE_UNREADABLE`, `IMAGE_NOT_QCOW2`, `IMAGE_NOT_ALONE`, `IMAGE_DAMAGED` */
export async function checkStandsAlone(path: string): Promise<void> {
  refuseOtherFiles(path, await readImageHeader(path))
  await askQemu(path)
}

/** @throws InvalidRequestError `IMAGE_UNREADABLE`, `IMAGE_NOT_QCOW2` */
export async function readImageHeader(path: string): Promise<Qcow2Header> {
  const header = parseQcow2Header(await readStart(path))
  if (!header) throw notQcow2(path)
  return header
}

async function readStart(path: string): Promise<Buffer> {
  try {
    await using file = await open(path, 'r')
    const { buffer, bytesRead } = await file.read(Buffer.alloc(qcow2HeaderSize), 0, qcow2HeaderSize, 0)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw new InvalidRequestError({
      code: 'IMAGE_UNREADABLE',
      message: `the image ${path} can't be read: ${error instanceof Error ? error.message : error}`,
      remedy: 'Give the path of an image that exists and that you may read.',
      cause: error,
    })
  }
}

function refuseOtherFiles(path: string, { hasBackingFile, hasDataFile }: Qcow2Header): void {
  if (!hasBackingFile && !hasDataFile) return
  throw new InvalidRequestError({
    code: 'IMAGE_NOT_ALONE',
    message: `the image ${path} has a ${hasBackingFile ? 'backing' : 'data'} file of its own`,
    remedy: `Make it whole: qemu-img convert -O qcow2 ${path} whole.qcow2`,
  })
}

/** A header can look right before damage: QEMU itself has to open it. */
async function askQemu(path: string): Promise<void> {
  const info = z.object({ format: z.literal('qcow2') })
  try {
    const output = await runProgram({
      command: 'qemu-img',
      // It reads an image that a machine writes, too.
      arguments: ['info', '--force-share', '--output=json', '-f', 'qcow2', path],
      package: 'qemu-utils',
    })
    info.parse(JSON.parse(output))
  } catch (error) {
    if (error instanceof CleaveError && error.code !== 'PROGRAM_FAILED') throw error
    throw new InvalidRequestError({
      code: 'IMAGE_DAMAGED',
      message: `QEMU can't open the image ${path}`,
      remedy: `See what it says: qemu-img check ${path}`,
      cause: error,
    })
  }
}

function notQcow2(path: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'IMAGE_NOT_QCOW2',
    message: `the image ${path} is not qcow2`,
    remedy: `Convert it: qemu-img convert -O qcow2 ${path} image.qcow2`,
  })
}
