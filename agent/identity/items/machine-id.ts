import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { readIfPresent, replaceFile } from '../../file/durable.ts'
import { done, type QuickItem } from './item.ts'

/** machine-id(5), and D-Bus's copy of it. */
export const machineId: QuickItem = {
  name: 'machine-id',
  apply({ root, identity }) {
    const file = join(root, 'etc/machine-id')
    const former = readIfPresent(file)?.trim()
    const id = identity.machineId
    if (former !== id) replaceFile(file, `${id}\n`, { mode: 0o444 })
    const copy = join(root, 'var/lib/dbus/machine-id')
    const isCopy = lstatSync(copy, { throwIfNoEntry: false })?.isFile() ?? false
    if (isCopy) replaceFile(copy, `${id}\n`)
    return done(`${former === id ? 'is' : 'is now'} ${id}${isCopy ? ', also for D-Bus' : ''}`)
  },
}
