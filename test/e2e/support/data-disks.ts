/** Machines of the image `disks`: groups data-1 … data-10, each with a disk of its own that its writer appends to. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { buildImage } from '../../../packaging/image/build-image.ts'
import type { Machine } from '../../../sdk/machine/machine.ts'
import type { TestHost } from './host.ts'

const sizeBytes = 512 * 1024 * 1024
/** Of incompressible data that nobody changes. */
const archiveMiB = 4

/** What the image's template of units takes: a number of its own groups, or a name. */
export type Part = number | string

export const groupNamed = (part: Part) => `data-${part}`

/** As the image declares them (packaging/image/parts/data). */
function fileSystem(number: number): string {
  if (number <= 4) return 'ext4'
  return number <= 7 ? 'xfs' : 'btrfs'
}

/** The groups of the numbers run, each on a new disk with a file whose checksum is in {@link checksums}. */
export async function startWithDisks(
  host: TestHost,
  { name, numbers, memoryMiB = 512 }: { name: string; numbers: readonly number[]; memoryMiB?: number },
): Promise<Machine> {
  const { directory } = await buildImage({ name: 'disks' })
  const machine = await host.cleave.machines.create({ name, image: directory, memoryMiB })
  for (const number of numbers) await attachNew(host, name, number)
  await machine.start()
  await startOnNew(host, machine, numbers)
  return machine
}

/** Of a machine that runs, see {@link startWithDisks}. */
export async function startMoreWithDisks(
  host: TestHost,
  machine: Machine,
  numbers: readonly number[],
): Promise<void> {
  for (const number of numbers) await attachNew(host, machine.name, number)
  await startOnNew(host, machine, numbers)
}

async function attachNew({ cleave }: TestHost, machine: string, number: number): Promise<void> {
  await cleave.disks.create({ name: groupNamed(number), sizeBytes })
  await cleave.disks.attach({ disk: groupNamed(number), machine })
}

async function startOnNew(host: TestHost, machine: Machine, numbers: readonly number[]): Promise<void> {
  const shell = await host.shell(machine.name)
  for (const number of numbers) {
    const device = `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${groupNamed(number)}`
    await shell.run(`for n in $(seq 200); do [ -e ${device} ] && break; sleep 0.1; done`)
    await shell.run(`mkfs.${fileSystem(number)} -q ${device} || mkfs.${fileSystem(number)} -f ${device}`)
    await machine.startGroup(groupNamed(number))
    await shell.run(`head -c ${archiveMiB}M /dev/urandom >/srv/${groupNamed(number)}/archive; sync`)
  }
}

/** Of the files that nobody changes, by group; from the disk, not from what the kernel remembers. */
export async function checksums(
  host: TestHost,
  machine: string,
  parts: readonly Part[],
): Promise<Map<string, string>> {
  const shell = await host.shell(machine)
  const sums = new Map<string, string>()
  await shell.run('sync; echo 1 >/proc/sys/vm/drop_caches')
  for (const part of parts) {
    const output = await shell.run(`sha256sum </srv/${groupNamed(part)}/archive`)
    sums.set(groupNamed(part), output.split(' ')[0] ?? '')
  }
  return sums
}

/** Checks that the records of each group's writer are whole, and that more and more come. */
export async function writersGoOn(
  t: Test,
  host: TestHost,
  machine: string,
  parts: readonly Part[],
): Promise<void> {
  for (const part of parts) {
    const before = await recordsOf(host, machine, part)
    t.same(before.gaps, [], `${groupNamed(part)} has every record once`)
    const deadline = performance.now() + 30_000
    for (;;) {
      if ((await recordsOf(host, machine, part)).count > before.count) break
      if (performance.now() > deadline) throw new Error(`${groupNamed(part)} does not write`)
      await delay(200)
    }
  }
}

async function recordsOf(host: TestHost, machine: string, part: Part) {
  const shell = await host.shell(machine)
  // How many there are, and where a number is not that of its line.
  const program = `{ if ($1 != NR - 1) { print NR ":" $1; exit } } END { print NR }`
  const lines = (await shell.run(`awk '${program}' /srv/${groupNamed(part)}/records`)).split('\n')
  return { count: Number(lines.at(-1)), gaps: lines.slice(0, -1) }
}

/** The groups of which a process runs. */
export async function runningGroups(machine: Machine): Promise<string[]> {
  const { groups } = await machine.groups()
  const running = groups.filter(({ processes }) => processes.length > 0).map(({ name }) => name)
  return running.sort((one, other) => Number(one.split('-')[1]) - Number(other.split('-')[1]))
}

/** What of the groups' disks is mounted. */
export async function mounted(host: TestHost, machine: string): Promise<string[]> {
  const shell = await host.shell(machine)
  const output = await shell.run("awk '$2 ~ /^.srv.data-/ { print $2 }' /proc/mounts")
  return output.split('\n').filter(Boolean).sort()
}
