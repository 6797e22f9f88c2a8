import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { done, type QuickItem } from './item.ts'

/** The kernel's random generator: its state was copied, so every copy would draw the same numbers. */
export const randomPool: QuickItem = {
  name: 'random-pool',
  look({ root }) {
    const device = join(root, 'dev/urandom')
    const generation = hasGenerationDevice(root) ? '; the kernel has a VM generation device too' : ''
    return () => ({
      ...done(`entropy of the host mixed in and taken up at once${generation}`),
      actions: [{ do: 'reseed', device }],
    })
  },
}

// The driver is bound when it holds a link to its device, such as QEMUVGID:00.
function hasGenerationDevice(root: string): boolean {
  const driver = join(root, 'sys/bus/acpi/drivers/vmgenid')
  return existsSync(driver) && readdirSync(driver).some((entry) => entry.includes(':'))
}
