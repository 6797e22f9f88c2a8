/** Waits at boot until the interface is there and has got its final name. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { UnavailableError } from '../../proto/errors.ts'
import { readIfPresent } from '../file/durable.ts'
import { findInterface } from './interface.ts'

const boundMilliseconds = 10_000
const pauseMilliseconds = 50

/** Returns after 10 s at the latest, whether or not it is there. `requested` as in {@link findInterface}. */
export async function awaitInterface(requested: string, root = '/'): Promise<void> {
  const begin = performance.now()
  while (!isReady(requested, root) && performance.now() - begin < boundMilliseconds) {
    await setTimeout(pauseMilliseconds)
  }
}

function isReady(requested: string, root: string): boolean {
  try {
    const name = findInterface(requested, root)
    const index = readIfPresent(join(root, 'sys/class/net', name, 'ifindex'))?.trim()
    // udev writes this once it is done with an interface, its renaming included.
    return !existsSync(join(root, 'run/udev/control')) || existsSync(join(root, `run/udev/data/n${index}`))
  } catch (error) {
    if (error instanceof UnavailableError) return false
    throw error
  }
}
