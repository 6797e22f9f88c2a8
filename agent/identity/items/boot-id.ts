import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { drawRandom, uuidOf } from '../random.ts'
import { done, type QuickItem } from './item.ts'

const shown = 'proc/sys/kernel/random/boot_id'

/**
 * The boot id: the kernel draws it once and can't draw another, so a file of ours is shown in its place. The next
 * boot draws a new one anyway. It is no secret, and drawn before the copy.
 */
export const bootId: QuickItem = {
  name: 'boot-id',
  look({ root }) {
    const source = join(root, 'run/cleave/boot-id')
    const target = join(root, shown)
    const isShown = isMounted(target)
    mkdirSync(dirname(source), { recursive: true })
    return () => {
      const id = uuidOf(drawRandom({ secret: Buffer.alloc(0), purpose: 'boot-id', length: 16, root }))
      const data = `${id}\n`
      return {
        ...done(`is now ${id}`),
        // A machine that was itself a child: what is shown is our file already, so it must stay the same file.
        actions: isShown
          ? [{ do: 'write', path: source, data }]
          : [
              { do: 'write', path: source, data },
              { do: 'mount', source, target },
            ],
      }
    }
  },
}

function isMounted(target: string): boolean {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4] === target)
}
