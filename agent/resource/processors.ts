/** The guest's processors, as the kernel shows them in /sys/devices/system/cpu. */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FailedError, InvalidRequestError, UnavailableError } from '../../proto/errors.ts'
import { readIfPresent } from '../file/durable.ts'
import { waitUntil } from '../group/control/wait.ts'
import { chooseProcessors, parseProcessorList } from './processor-list.ts'

/** Until the kernel knows of a processor that was plugged in: tenths of a second. */
const arrivalMs = 20_000

export interface Processors {
  count(): { online: number; present: number }
  /** See `GuestResources.setProcessors`. */
  set(count: number): Promise<void>
}

/** @param options.arrivalMs for tests. @default 20 seconds */
export function openProcessors(root: string, options: { arrivalMs?: number } = {}): Processors {
  const folder = join(root, 'sys/devices/system/cpu')
  const list = (name: string) => parseProcessorList(readFileSync(join(folder, name), 'utf8'))
  const fileOf = (processor: number) => join(folder, `cpu${processor}`, 'online')
  const state = () => {
    const running = new Set(list('online'))
    const found = list('present').flatMap((processor) => {
      const text = readIfPresent(fileOf(processor))
      // One that can't rest has no such file, nor has one for a moment that is being plugged in.
      if (text === undefined) return running.has(processor) ? [{ processor, runs: true }] : []
      return [{ processor, runs: text.trim() === '1' }]
    })
    const present = found.map(({ processor }) => processor)
    return { present, online: present.filter((_, index) => found[index]?.runs) }
  }

  const write = async (processor: number, wanted: boolean) => {
    try {
      await writeFile(fileOf(processor), wanted ? '1' : '0')
    } catch (error) {
      throw refused(processor, wanted, error)
    }
  }

  return {
    count: () => {
      const { present, online } = state()
      return { online: online.length, present: present.length }
    },
    set: async (count) => {
      if (!Number.isSafeInteger(count) || count < 1) throw badCount(count)
      const possible = list('possible').length
      if (count > possible) throw tooMany(count, possible)
      const isThere = () => state().present.length >= count
      if (!(await waitUntil(isThere, options.arrivalMs ?? arrivalMs)))
        throw missing(count, state().present.length)
      const { wake, rest } = chooseProcessors(state(), count)
      for (const processor of wake) await write(processor, true)
      for (const processor of rest) await write(processor, false)
    },
  }
}

function badCount(count: number): InvalidRequestError {
  return new InvalidRequestError({
    code: 'BAD_RESOURCES',
    message: `${count} is no number of processors`,
    remedy: 'Ask for one at least.',
  })
}

function tooMany(count: number, possible: number): UnavailableError {
  return new UnavailableError({
    code: 'TOO_MANY_CPUS',
    message: `the kernel of the guest has room for ${possible} processors, and was asked for ${count}`,
    remedy: `Ask for ${possible} at most.`,
  })
}

function missing(count: number, present: number): UnavailableError {
  return new UnavailableError({
    code: 'CPUS_MISSING',
    message: `the guest has ${present} processors, and was asked to use ${count}`,
    remedy: 'Plug the others in first, then repeat the call.',
  })
}

function refused(processor: number, wanted: boolean, cause: unknown): FailedError {
  return new FailedError({
    code: 'CPU_REFUSED',
    message: `the kernel does not let processor ${processor} ${wanted ? 'run' : 'rest'}: ${cause instanceof Error ? cause.message : cause}`,
    remedy:
      'See the kernel log of the guest (dmesg); processors that were changed before stay as they are now.',
    cause,
  })
}
