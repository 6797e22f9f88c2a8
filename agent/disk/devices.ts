/** Looks at the guest's block devices, as often as many disks that are waited for side by side ask for it. */
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { UnavailableError } from '../../proto/errors.ts'
import type { Disk } from '../../proto/generated/messages.ts'
import { type BlockDevice, createBlockDeviceReader, stampBlockDevices } from './block-device.ts'
import { type Contents, readContents } from './contents.ts'
import { type Match, matchDisk, nameOf, needsContents } from './match.ts'

export interface Devices {
  list(): readonly BlockDevice[]
  /** The same, but never what was seen a moment ago: for whoever has just taken one down. */
  anew(): readonly BlockDevice[]
  /** The same, but of what neither came nor went in the last moment, say its size or what was made of it may be as it was. */
  recent(): readonly BlockDevice[]
  contents(): Promise<Contents>
  find(disk: Disk): Promise<Match>
  /**
   * Waits until it is there. What is not there after a moment is looked for on the SCSI busses, too.
   *
   * @param options.signal ends the wait
   * @throws UnavailableError `DISK_NOT_THERE`
   * @throws the reason of `signal`
   */
  waitFor(disk: Disk, options: { waitMs: number; signal: AbortSignal }): Promise<BlockDevice>
}

const listFreshMs = 20
const recentMs = 300
const contentsFreshMs = 500
const betweenLooksMs = 50
// A disk that was just plugged in announces itself.
const beforeRescanMs = 500
const betweenRescansMs = 2000
const rescanMs = 5000

export function createDevices(): Devices {
  const read = createBlockDeviceReader()
  const list = remembered(listFreshMs, read)
  const contents = rememberedWork(contentsFreshMs, readContents)
  const rescan = rememberedWork(betweenRescansMs, rescanBusses)

  const stamp = remembered(listFreshMs, () => stampBlockDevices())
  let last: { at: number; stamp: string; devices: readonly BlockDevice[] } | undefined

  // Where the processor is emulated a look takes 50 ms and more, and ten disks that are waited for leave the kernel no time to find them.
  const recent = () => {
    if (last === undefined || performance.now() - last.at > recentMs || last.stamp !== stamp()) {
      const [before, devices] = [stamp(), read()]
      last = { at: performance.now(), stamp: before, devices }
    }
    return last.devices
  }

  const find = async (disk: Disk, devices: readonly BlockDevice[]): Promise<Match> => {
    return matchDisk(disk, devices, needsContents(disk, devices) ? await contents() : new Map())
  }

  return {
    list,
    anew: read,
    recent,
    contents,
    find: (disk) => find(disk, list()),
    async waitFor(disk, { waitMs, signal }) {
      const begin = performance.now()
      for (;;) {
        signal.throwIfAborted()
        const { device, reason } = await find(disk, recent())
        if (device !== undefined) return device
        const waited = performance.now() - begin
        if (waited >= waitMs) throw notThere(disk, reason, waitMs)
        if (waited >= beforeRescanMs) await rescan()
        await delay(betweenLooksMs)
      }
    },
  }
}

/** Does the work again only when what came of it is older than that: since then, as it may take longer itself. */
function remembered<Result>(freshMs: number, work: () => Result): () => Result {
  let last: { at: number; result: Result } | undefined
  return () => {
    if (last === undefined || performance.now() - last.at > freshMs) {
      const result = work()
      last = { at: performance.now(), result }
    }
    return last.result
  }
}

/** The same of work that takes its time: there is never more than one under way. */
function rememberedWork<Result>(freshMs: number, work: () => Promise<Result>): () => Promise<Result> {
  let last: Promise<Result> | undefined
  const forget = () => {
    last = undefined
  }
  const begin = () => {
    const done = () => void setTimeout(forget, freshMs).unref()
    const result = work()
    result.then(done, done)
    return result
  }
  return () => {
    last ??= begin()
    return last
  }
}

/** The kernel answers when it has looked; a bus that does not answer is left to itself. */
async function rescanBusses(): Promise<void> {
  const folder = '/sys/class/scsi_host'
  const looks = hostsIn(folder).map((host) => writeFile(join(folder, host, 'scan'), '- - -'))
  await Promise.race([Promise.allSettled(looks), delay(rescanMs, undefined, { ref: false })])
}

function hostsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function notThere(disk: Disk, reason: string, waitMs: number): UnavailableError {
  return new UnavailableError({
    code: 'DISK_NOT_THERE',
    message: `${nameOf(disk)} did not come within ${waitMs} ms: ${reason}`,
    remedy: 'Attach it to the machine, or correct the declaration of its group; see lsblk in the guest.',
  })
}
