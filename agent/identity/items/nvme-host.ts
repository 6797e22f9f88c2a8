import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../file/durable.ts'
import { drawRandom, uuidOf } from '../random.ts'
import { done, type SlowItem } from './item.ts'

/** The name under which the machine connects to NVMe over fabrics. */
export const nvmeHost: SlowItem = {
  name: 'nvme-host',
  apply({ root, secret }) {
    const folder = join(root, 'etc/nvme')
    const files = ['hostid', 'hostnqn'].filter((name) => existsSync(join(folder, name)))
    if (files.length === 0) return done('not present')
    const id = uuidOf(drawRandom({ secret, purpose: 'nvme', length: 16, root }))
    // NVM Express base specification, 4.5: the UUID form of a qualified name.
    const texts: Record<string, string> = { hostid: id, hostnqn: `nqn.2014-08.org.nvmexpress:uuid:${id}` }
    for (const name of files) replaceFile(join(folder, name), `${texts[name]}\n`)
    return done(`is now ${id}, from the next connection on`)
  },
}
