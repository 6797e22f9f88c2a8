import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIfPresent, replaceFile } from '../../file/durable.ts'
import { renameInHosts } from '../hosts-file.ts'
import { done, type QuickItem } from './item.ts'

/** The host name: the kernel's, the one of the next boot, and what /etc/hosts makes of it. */
export const hostname: QuickItem = {
  name: 'hostname',
  prepare(root) {
    const kernelFile = join(root, 'proc/sys/kernel/hostname')
    const former = readFileSync(kernelFile, 'utf8').trim()
    const replaceName = replacing(join(root, 'etc/hostname'))
    const replaceHosts = replacing(join(root, 'etc/hosts'))
    return ({ identity }) => {
      writeFileSync(kernelFile, identity.hostname)
      replaceName(() => `${identity.hostname}\n`)
      replaceHosts((hosts) => renameInHosts(hosts, former, identity.hostname))
      return done(former === identity.hostname ? `is ${former}` : `was ${former}, is ${identity.hostname}`)
    }
  },
}

/** Reads a file, and writes it only when it is to change. */
function replacing(path: string): (change: (text: string) => string) => void {
  const text = readIfPresent(path) ?? ''
  return (change) => {
    const changed = change(text)
    if (changed !== text) replaceFile(path, changed)
  }
}
