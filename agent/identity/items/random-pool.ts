import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { done, notDone, type QuickItem } from './item.ts'

/** The kernel's random generator: its state was copied, so every copy would draw the same numbers. */
export const randomPool: QuickItem = {
  name: 'random-pool',
  prepare(root) {
    const device = join(root, 'dev/urandom')
    const generation = hasGenerationDevice(root) ? '; the kernel has a VM generation device too' : ''
    return async ({ identity, calls }) => {
      writeFileSync(device, identity.entropy, { flag: 'r+' })
      try {
        await calls.reseed()
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        // CRNG_RESEED_INTERVAL of drivers/char/random.c
        return notDone(
          `entropy mixed in, but the kernel takes it up only within 60 s: ${reason}${generation}`,
        )
      }
      return done(`entropy of the host mixed in and taken up at once${generation}`)
    }
  },
}

// The driver is bound when it holds a link to its device, such as QEMUVGID:00.
function hasGenerationDevice(root: string): boolean {
  const driver = join(root, 'sys/bus/acpi/drivers/vmgenid')
  return existsSync(driver) && readdirSync(driver).some((entry) => entry.includes(':'))
}
