import { resolve } from 'node:path'
import { InvalidRequestError } from '../../proto/errors.ts'
import { checkName } from '../../proto/names.ts'
import type { Ports } from '../machine/ports.ts'
import type { DiskRecord } from '../store/records.ts'
import { refuseAttached } from './chain.ts'

export interface CreateDiskOptions {
  /** 1 to 36 lower-case letters, digits and hyphens: guests know the disk by it, as its serial number. */
  name: string
  /** A multiple of 512. @default what the disk or image has that it is made from */
  sizeBytes?: number
  /** What it begins with. That must not change from then on, unless it is copied. @default nothing */
  from?: { disk: string } | { image: string }
  /** Copy all of it, so that the new disk stands alone. @default false: the disk is an overlay */
  copy?: boolean
}

/** INQUIRY page 80h of QEMU's SCSI disks has no more. */
const longestName = 36

/** Up to what qcow2 can hold with clusters of 64 KiB. */
const mostBytes = 2 ** 52

interface Base {
  image: string
  below: readonly string[]
  sizeBytes: number
}

/**
 * Creates a disk. No machine has it yet.
 *
 * @throws InvalidRequestError `BAD_NAME`, `DISK_EXISTS`, `NOTHING_TO_COPY`, `BAD_RESOURCES`, `DISK_TOO_SMALL`, `IMAGE_UNREADABLE`,
 *   `IMAGE_NOT_QCOW2`, `IMAGE_NOT_ALONE`, `IMAGE_DAMAGED`
 * @throws NotFoundError `DISK_NOT_FOUND`
 * @throws RefusedError `DISK_ATTACHED` when the disk that it is made from belongs to a machine, `IMAGE_EXISTS`
 * @throws BusyError `DISK_LOCKED`
 * @throws UnavailableError `NO_SPACE`
 */
export async function createDisk(ports: Ports, options: CreateDiskOptions): Promise<DiskRecord> {
  const { store, hypervisor } = ports
  const { name, copy = false } = options
  checkDiskName(name)
  if (copy && options.from === undefined) throw nothingToCopy(name)
  using locks = new DisposableStack()
  const below = diskBelow(options, store.disks.list())
  for (const disk of new Set([name, ...below])) locks.use(store.locks.lockDisk(disk, 'create'))
  const base = await baseOf(ports, options)
  const sizeBytes = options.sizeBytes ?? base?.sizeBytes
  checkSize(name, sizeBytes)
  const disk: DiskRecord = {
    name,
    sizeBytes,
    image: hypervisor.diskImage(name),
    ...(base && !copy && { backing: [base.image, ...base.below] }),
    createdAt: Date.now(),
  }
  for (const disk of below) refuseAttached(store.disks.get(disk))
  store.disks.insert(disk)
  try {
    const from = base && { base: base.image, belowBase: base.below, copy }
    await hypervisor.createDiskImage(disk, from)
  } catch (error) {
    store.disks.delete(name)
    throw error
  }
  return disk
}

/** The disk that it is made from, also where only its image is named. */
function diskBelow({ from }: CreateDiskOptions, disks: readonly DiskRecord[]): string[] {
  if (from === undefined) return []
  if ('disk' in from) return [from.disk]
  const path = resolve(from.image)
  return disks.filter(({ image }) => image === path).map(({ name }) => name)
}

async function baseOf({ store, hypervisor }: Ports, { from }: CreateDiskOptions): Promise<Base | undefined> {
  if (from === undefined) return undefined
  if ('image' in from) {
    const image = resolve(from.image)
    return { image, below: [], sizeBytes: await hypervisor.imageBytes(image) }
  }
  const { image, backing = [], sizeBytes } = store.disks.get(from.disk)
  return { image, below: backing, sizeBytes }
}

function nothingToCopy(name: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'NOTHING_TO_COPY',
    message: `disk ${name} is to be a copy, and of nothing`,
    remedy: 'Name the disk or the image to copy, too.',
  })
}

function checkDiskName(name: string): void {
  checkName(name, 'disk')
  if (name.length <= longestName) return
  throw new InvalidRequestError({
    code: 'BAD_NAME',
    message: `disk name ${name} has ${name.length} characters`,
    remedy: `Use ${longestName} at most: it is the serial number of the disk.`,
  })
}

function checkSize(name: string, sizeBytes: number | undefined): asserts sizeBytes is number {
  const isSound = Number.isInteger(sizeBytes) && Number(sizeBytes) > 0 && Number(sizeBytes) % 512 === 0
  if (isSound && Number(sizeBytes) <= mostBytes) return
  throw new InvalidRequestError({
    code: 'BAD_RESOURCES',
    message: `${sizeBytes ?? 'nothing'} is no size of disk ${name}`,
    remedy: 'Give a multiple of 512 bytes.',
  })
}
