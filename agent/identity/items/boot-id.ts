import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../file/durable.ts'
import { drawRandom, uuidOf } from '../random.ts'
import { done, notDone, type QuickItem } from './item.ts'

const shown = 'proc/sys/kernel/random/boot_id'

/**
 * The boot id: the kernel draws it once and can't draw another, so a file of ours is shown in its place. The next
 * boot draws a new one anyway.
 */
export const bootId: QuickItem = {
  name: 'boot-id',
  prepare(root) {
    const source = join(root, 'run/cleave/boot-id')
    const target = join(root, shown)
    const isShown = isMounted(target)
    return async ({ identity, calls }) => {
      const id = uuidOf(drawRandom({ secret: identity.entropy, purpose: 'boot-id', length: 16, root }))
      if (isShown) {
        // A machine that was itself a child: what is shown is our file already, so it must stay the same file.
        writeFileSync(source, `${id}\n`)
      } else {
        replaceFile(source, `${id}\n`)
        await calls.bindMount(source, target)
      }
      const now = readFileSync(target, 'utf8').trim()
      return now === id ? done(`is now ${id}`) : notDone(`is still ${now}`)
    }
  },
}

function isMounted(target: string): boolean {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4] === target)
}
