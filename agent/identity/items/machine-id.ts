import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Action } from '../../adopter/plan.ts'
import { readIfPresent } from '../../file/durable.ts'
import { done, type QuickItem } from './item.ts'

/** machine-id(5), and D-Bus's copy of it. */
export const machineId: QuickItem = {
  name: 'machine-id',
  look({ root }) {
    const file = join(root, 'etc/machine-id')
    const copy = join(root, 'var/lib/dbus/machine-id')
    const former = readIfPresent(file)?.trim()
    const hasCopy = lstatSync(copy, { throwIfNoEntry: false })?.isFile() ?? false
    return ({ identity: { machineId: id } }) => {
      const write = (path: string): Action => ({ do: 'write', path, data: `${id}\n` })
      return {
        ...done(`${former === id ? 'is' : 'is now'} ${id}${hasCopy ? ', also for D-Bus' : ''}`),
        actions: [...(former === id ? [] : [write(file)]), ...(hasCopy ? [write(copy)] : [])],
      }
    }
  },
}
