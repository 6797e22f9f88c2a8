/** What keeps disks in use though no process does: swap files, loop devices, and what is made of disks. */
import { readdirSync, readFileSync } from 'node:fs'
import type { DiskHolder } from '../../proto/generated/messages.ts'
import { readIfPresent } from '../file/durable.ts'
import type { BlockDevice } from './block-device.ts'
import { madeOf } from './match.ts'
import { type Mount, mountTree } from './mount-table.ts'

/** Swap files and loop devices on the mounts. */
export function fileHolders(mounts: readonly Mount[], table: readonly Mount[]): DiskHolder[] {
  const tree = mountTree(table)
  const isOn = (path: string) => mounts.some(({ id }) => id === tree.at(path)?.id)
  const swaps = parseSwaps(readIfPresent('/proc/swaps') ?? '').filter(isOn)
  const loops = loopFiles().filter(({ path }) => isOn(path))
  return [
    ...swaps.map((path) => kernelHolder('swap file', path)),
    ...loops.map(({ device, path }) => kernelHolder(`loop device ${device}`, path)),
  ]
}

/** What the kernel made of a disk, such as logical volumes. */
export function deviceHolders(disk: BlockDevice, devices: readonly BlockDevice[]): DiskHolder[] {
  return madeOf(disk, devices)
    .filter((device) => device !== disk && device.partOf === '')
    .map(({ name, path }) => kernelHolder(`${volumeName(name)} (${name})`, path))
}

/** Swap files in /proc/swaps, not partitions. Pure. */
export function parseSwaps(text: string): string[] {
  const lines = text.split('\n').slice(1)
  const files = lines.flatMap((line) => /^(\/.*?)\s+file\s/.exec(line)?.[1] ?? [])
  return files.map((path) =>
    path.replace(/\\([0-3][0-7]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8))),
  )
}

function loopFiles(): { device: string; path: string }[] {
  const names = readdirSync('/sys/block').filter((name) => name.startsWith('loop'))
  return names.flatMap((name) => {
    const path = readIfPresent(`/sys/block/${name}/loop/backing_file`)?.trim()
    return path === undefined ? [] : [{ device: `/dev/${name}`, path }]
  })
}

/** For people: of a device that is no partition, such as `volume data-home`. */
export function volumeName(name: string): string {
  const volume = readIfPresent(`/sys/block/${name}/dm/name`)?.trim()
  return volume === undefined ? 'device' : `volume ${volume}`
}

function kernelHolder(name: string, path: string): DiskHolder {
  return { id: null, name, arguments: [], path }
}

/** The device itself, while the kernel has it as swap space. */
export function swapHolders(device: BlockDevice | undefined): DiskHolder[] {
  return device !== undefined && isSwapSpace(device) ? [kernelHolder('swap space', device.path)] : []
}

/** True while the kernel has a device as swap space. */
export function isSwapSpace({ path }: BlockDevice): boolean {
  return readFileSync('/proc/swaps', 'utf8')
    .split('\n')
    .some((line) => line.startsWith(`${path} `) || line.startsWith(`${path}\t`))
}
