import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIfPresent, replaceFile } from '../../file/durable.ts'
import { renameInHosts } from '../hosts-file.ts'
import { done, type QuickItem } from './item.ts'

/** The host name: the kernel's, the one of the next boot, and what /etc/hosts makes of it. */
export const hostname: QuickItem = {
  name: 'hostname',
  apply({ root, identity }) {
    const kernelFile = join(root, 'proc/sys/kernel/hostname')
    const former = readFileSync(kernelFile, 'utf8').trim()
    writeFileSync(kernelFile, identity.hostname)
    replaceIfDifferent(join(root, 'etc/hostname'), () => `${identity.hostname}\n`)
    replaceIfDifferent(join(root, 'etc/hosts'), (hosts) => renameInHosts(hosts, former, identity.hostname))
    return done(former === identity.hostname ? `is ${former}` : `was ${former}, is ${identity.hostname}`)
  },
}

function replaceIfDifferent(path: string, change: (text: string) => string): void {
  const text = readIfPresent(path) ?? ''
  const changed = change(text)
  if (changed !== text) replaceFile(path, changed)
}
