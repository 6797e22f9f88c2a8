/** The block devices of the guest, as /sys has them: it asks no device. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { readBytes, readdirOr, readOr, realpathOr } from './sys-files.ts'

export interface BlockDevice {
  /** The kernel's name, such as sda1. */
  name: string
  /** Such as /dev/sda1. */
  path: string
  /** Major and minor number, such as `8:1`. */
  number: string
  sizeBytes: number
  /** The name of the disk that it is a partition of, empty when it is none. */
  partOf: string
  /** Names of devices that the kernel made of it, such as logical volumes. */
  holders: readonly string[]
  /** Empty when it has none. */
  serial: string
  /** Set when it is reached by iSCSI. */
  iscsi?: { session: string; name: string; portal: string; lun: number }
}

const sectorBytes = 512
const mostDevices = 4096

/** What is true of a device for as long as it is there. Its serial number is not: a target may show another disk in its place. */
type Lasting = Omit<BlockDevice, 'serial' | 'sizeBytes' | 'holders'>

interface Known {
  /** Of its entry in /sys. */
  inode: number
  lasting: Lasting
}

/**
 * Differs when one came or went, also by the same name: the kernel gives each a number of its own in /sys. It is had in a
 * tenth of the time that a look at all of them takes.
 *
 * @param root the folder that sys is below. @default '/'
 */
export function stampBlockDevices(root = '/'): string {
  return namesIn(root)
    .map((name) => `${name} ${inodeOf(root, name)}`)
    .join('\n')
}

/**
 * Answers what reads all of them, and only once what a device has for good: of ten disks that come one after the other each is
 * read more than ten times, which took a third of the time that they needed where the processor is emulated.
 *
 * @param root the folder that sys is below. @default '/'
 */
export function createBlockDeviceReader(root = '/'): () => BlockDevice[] {
  let known = new Map<string, Known>()
  return () => {
    const seen = new Map<string, Known>()
    const devices = namesIn(root).flatMap((name) => {
      // First: one that comes in its place while it is read is another one the next time.
      const inode = inodeOf(root, name)
      const before = known.get(name)
      const lasting =
        before !== undefined && before.inode === inode ? before.lasting : readLasting(root, name)
      if (inode === undefined || lasting === undefined) return []
      seen.set(name, { inode, lasting })
      return [{ ...lasting, ...readChanging(root, lasting) }]
    })
    known = seen
    return devices
  }
}

/** @param root the folder that sys is below. @default '/' */
export const readBlockDevices = (root = '/'): BlockDevice[] => createBlockDeviceReader(root)()

function namesIn(root: string): string[] {
  return readdirOr(folderOf(root, '')).slice(0, mostDevices).sort()
}

function folderOf(root: string, name: string): string {
  return join(root, 'sys/class/block', name)
}

/** Undefined when it has gone. */
function inodeOf(root: string, name: string): number | undefined {
  return lstatSync(folderOf(root, name), { throwIfNoEntry: false })?.ino
}

function readChanging(root: string, { name, partOf }: Lasting): Omit<BlockDevice, keyof Lasting> {
  const folder = folderOf(root, name)
  return {
    serial: partOf === '' ? serialOf(folder) : '',
    sizeBytes: Number(readOr(join(folder, 'size'))) * sectorBytes,
    holders: readdirOr(join(folder, 'holders')),
  }
}

/** In this order: SCSI, NVMe and the like, virtio. */
function serialOf(folder: string): string {
  return (
    parseSerialPage(readBytes(join(folder, 'device/vpd_pg80'))) ||
    readOr(join(folder, 'device/serial')) ||
    readOr(join(folder, 'serial'))
  )
}

/** Undefined when it has gone meanwhile. */
function readLasting(root: string, name: string): Lasting | undefined {
  const folder = folderOf(root, name)
  const text = (file: string) => readOr(join(folder, file))
  const number = text('dev')
  if (number === '') return undefined
  const place = realpathOr(folder)
  const isPart = text('partition') !== ''
  const iscsi = isPart ? undefined : iscsiOf(root, place)
  return {
    name,
    path: `/dev/${name.replaceAll('!', '/')}`,
    number,
    partOf: isPart ? (place.split('/').at(-2) ?? '') : '',
    ...(iscsi === undefined ? {} : { iscsi }),
  }
}

/** The Unit Serial Number page of a SCSI device: four bytes, the last two of them its length, then text. Pure. */
export function parseSerialPage(page: Buffer): string {
  if (page.length < 4) return ''
  const text = page.toString('latin1', 4, 4 + page.readUInt16BE(2))
  return text.replaceAll('\0', ' ').trim()
}

/** @param place such as /sys/devices/platform/host2/session1/target2:0:0/2:0:0:1/block/sda */
function iscsiOf(root: string, place: string): BlockDevice['iscsi'] {
  const [, number, lun] = /\/session(\d+)\/target[\d:]+\/\d+:\d+:\d+:(\d+)\//.exec(place) ?? []
  if (number === undefined) return undefined
  const session = `session${number}`
  const connection = join(root, `sys/class/iscsi_connection/connection${number}:0`)
  const address = readOr(join(connection, 'persistent_address'))
  const host = address.includes(':') ? `[${address}]` : address
  return {
    session,
    name: readOr(join(root, 'sys/class/iscsi_session', session, 'targetname')),
    portal: `${host}:${readOr(join(connection, 'persistent_port'))}`,
    lun: Number(lun),
  }
}
