import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../file/durable.ts'
import { drawRandom } from '../random.ts'
import { done, type SlowItem } from './item.ts'

// The size that systemd-random-seed(8) itself writes.
const seedBytes = 512

/** What systemd feeds to the kernel's random generator at the next boot. */
export const randomSeed: SlowItem = {
  name: 'random-seed',
  apply({ root, secret }) {
    const file = join(root, 'var/lib/systemd/random-seed')
    if (!existsSync(file)) return done('not present')
    const seed = drawRandom({ secret, purpose: 'random-seed', length: seedBytes, root })
    replaceFile(file, seed, { mode: 0o600 })
    return done('drawn anew')
  },
}
