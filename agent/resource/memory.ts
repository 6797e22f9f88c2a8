/** The guest's memory, as the kernel shows it in /sys/devices/system/memory. */
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { MemoryRange, SetMemoryRequest } from '../../proto/generated/messages.ts'
import { readIfPresent } from '../file/durable.ts'
import { waitUntil } from '../group/control/wait.ts'
import { badSize, inUse, missing, notReleased, refused } from './memory-errors.ts'
import { blocksToRest, blocksToWake, type MemoryBlock, restingRanges } from './memory-list.ts'
import { letRest } from './rest.ts'

export interface MemoryBounds {
  /** Until the kernel knows of memory that was plugged in: tenths of a second. @default 20_000 */
  arrivalMs?: number
  /** As long as pages may be in the way that can't be moved just now. @default 30_000 */
  releaseMs?: number
}

const retryMs = 250

/** What programs and the kernel are left with at least, besides what they use. */
const leastFreeBytes = 64 * 1024 * 1024

export interface Memory {
  sizes(): { online: number; present: number; block: number; resting: MemoryRange[] }
  /** See `GuestResources.setMemory`. */
  set(request: SetMemoryRequest): Promise<void>
}

export function openMemory(root: string, bounds: MemoryBounds = {}): Memory {
  const { arrivalMs = 20_000, releaseMs = 30_000 } = bounds
  const folder = join(root, 'sys/devices/system/memory')
  const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8').trim()
  const stateFile = (index: number) => join(folder, `memory${index}`, 'state')

  const blocks = (): MemoryBlock[] =>
    readdirSync(folder).flatMap((name) => {
      const [, index] = /^memory(\d{1,9})$/.exec(name) ?? []
      // The folder of a block that is being plugged in is empty for a moment.
      const state = index === undefined ? undefined : readIfPresent(stateFile(Number(index)))
      return state === undefined ? [] : [{ index: Number(index), isOnline: state.trim() === 'online' }]
    })
  const blockBytes = () => Number.parseInt(read('block_size_bytes'), 16)
  const online = () => blocks().filter(({ isOnline }) => isOnline).length

  const wake = async (index: number) => {
    try {
      // Nothing of the kernel's own goes there, which would never leave again.
      await writeFile(stateFile(index), 'online_movable')
    } catch (error) {
      throw refused(index, error)
    }
  }
  const grow = async (target: number) => {
    const isThere = () => blocks().length >= target
    if (!(await waitUntil(isThere, arrivalMs))) throw missing({ target, present: blocks().length })
    for (const index of blocksToWake(blocks()).slice(0, target - online())) await wake(index)
  }
  const shrink = async (target: number, request: SetMemoryRequest) => {
    const size = blockBytes()
    refuseIfInUse((online() - target) * size, root)
    const before = online()
    const resting: number[] = []
    const deadline = performance.now() + releaseMs
    for (;;) {
      for (const index of blocksToRest(blocks(), request.from, size)) {
        if (online() <= target) return
        if (performance.now() > deadline) break
        if (await letRest(stateFile(index), deadline - performance.now())) resting.push(index)
      }
      if (online() <= target) return
      if (performance.now() > deadline) break
      await delay(retryMs)
    }
    for (const index of resting) await wake(index)
    throw notReleased({ wanted: (before - target) * size, released: resting.length * size })
  }

  return {
    sizes: () => {
      const [found, block] = [blocks(), blockBytes()]
      const inUse = found.filter(({ isOnline }) => isOnline).length
      const resting = restingRanges(found, block)
      return { online: inUse * block, present: found.length * block, block, resting }
    },
    set: async (request) => {
      const size = blockBytes()
      const target = request.memoryBytes / size
      if (!Number.isSafeInteger(target) || target < 1) throw badSize(request.memoryBytes, size)
      if (target > online()) await grow(target)
      else if (target < online()) await shrink(target, request)
    },
  }
}

/** Whoever takes memory from programs that need it has them killed. */
function refuseIfInUse(bytes: number, root: string): void {
  const text = readFileSync(join(root, 'proc/meminfo'), 'utf8')
  const available = Number(/^MemAvailable:\s+(\d{1,15}) kB$/m.exec(text)?.[1] ?? 0) * 1024
  const spare = Math.max(0, available - leastFreeBytes)
  if (bytes > spare) throw inUse({ wanted: bytes, spare })
}
