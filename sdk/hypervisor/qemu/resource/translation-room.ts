/**
 * Room for translated code, where processors are emulated. QEMU deals it out in pieces. When a processor that runs finds none left,
 * all are taken back; but one that is plugged in then makes QEMU abort, and the machine is lost (tcg_region_initial_alloc in
 * tcg/region.c; seen with QEMU 7.2).
 */
import { setTimeout as delay } from 'node:timers/promises'
import { UnavailableError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import type { QmpClient } from '../qmp/client.ts'

export interface ProcessorCount {
  /** Those that there are, each with a piece of its own. */
  present: number
  /** The most that the process can have. */
  most: number
}

/** A guest that is asked something has mostly filled a few pieces by the third time. */
const waitMs = 30_000
const betweenLooksMs = 100
/** Pieces for what is translated between a look and the plugging. */
const margin = 2

const mebibyte = 1024 * 1024
/** What QEMU makes a piece at least, if that gives each processor one … */
const leastPieceMiB = 2
/** … and how many pieces it makes for each at most. */
const mostPiecesEach = 8

/**
 * Waits until a processor can be plugged in. Returns at once where processors are not emulated.
 *
 * @param options.nudge see `ResourcePlugging.plugCpus`
 * @param options.boundMs for tests. @default 30 seconds
 * @throws UnavailableError `CPU_NOT_NOW`
 */
export async function waitForTranslationRoom(options: {
  machine: MachineRecord
  processors: ProcessorCount
  monitor: QmpClient
  nudge?: (() => Promise<unknown>) | undefined
  boundMs?: number
}): Promise<void> {
  const { machine, processors, monitor, nudge, boundMs = waitMs } = options
  const deadline = performance.now() + boundMs
  for (;;) {
    const report = await monitor.execute('human-monitor-command', { 'command-line': 'info jit' })
    if (hasTranslationRoom(report, processors)) return
    if (performance.now() > deadline) throw notNow(machine)
    await nudge?.()
    await delay(betweenLooksMs)
  }
}

function notNow({ name }: MachineRecord): UnavailableError {
  return new UnavailableError({
    code: 'CPU_NOT_NOW',
    message: `QEMU of ${name} has no room for the translated code of one more emulated processor`,
    remedy: 'Try again when its guest has done something; or stop it, and start it with more processors.',
  })
}

/**
 * Whether a piece is left for sure, by what QEMU reports of its translator; true when it reports nothing of the kind, as under KVM.
 * Pure.
 */
export function hasTranslationRoom(report: string, { present, most }: ProcessorCount): boolean {
  const [, used, capacity] = /^gen code size +(\d{1,15})\/(\d{1,15})\r?$/m.exec(report) ?? []
  if (used === undefined || capacity === undefined) return true
  const pieces = piecesOf(Math.ceil(Number(capacity) / mebibyte), most)
  // The pieces of those that run may be empty yet.
  return Number(used) < (pieces - present - margin) * (Number(capacity) / pieces)
}

/** As tcg_n_regions in tcg/region.c has it. */
function piecesOf(sizeMiB: number, most: number): number {
  const pieces = Math.floor(sizeMiB / leastPieceMiB)
  return pieces <= most ? most : Math.min(pieces, most * mostPiecesEach)
}
