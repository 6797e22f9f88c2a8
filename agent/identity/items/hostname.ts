import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Action } from '../../adopter/plan.ts'
import { readIfPresent } from '../../file/durable.ts'
import { renameInHosts } from '../hosts-file.ts'
import { done, type QuickItem } from './item.ts'

/** The host name: the kernel's, the one of the next boot, and what /etc/hosts makes of it. */
export const hostname: QuickItem = {
  name: 'hostname',
  look({ root }) {
    const kernelFile = join(root, 'proc/sys/kernel/hostname')
    const former = readFileSync(kernelFile, 'utf8').trim()
    const replaceName = replacing(join(root, 'etc/hostname'))
    const replaceHosts = replacing(join(root, 'etc/hosts'))
    return ({ identity: { hostname: name } }) => ({
      ...done(former === name ? `is ${former}` : `was ${former}, is ${name}`),
      actions: [
        { do: 'write', path: kernelFile, data: name },
        ...replaceName(() => `${name}\n`),
        ...replaceHosts((hosts) => renameInHosts(hosts, former, name)),
      ],
    })
  },
}

/** Reads a file, and writes it only when it is to change. */
function replacing(path: string): (change: (text: string) => string) => Action[] {
  const text = readIfPresent(path) ?? ''
  return (change) => {
    const data = change(text)
    return data === text ? [] : [{ do: 'write', path, data }]
  }
}
