import { join } from 'node:path'
import { readIfPresent, replaceFile } from '../../file/durable.ts'
import { drawRandom } from '../random.ts'
import { done, type SlowItem } from './item.ts'

// What Debian's iscsi-iname(8) begins with.
const prefix = 'iqn.1993-08.org.debian:01:'

/** The name under which the machine logs in to SAN disks: targets tell machines apart by it. */
export const iscsiInitiator: SlowItem = {
  name: 'iscsi-initiator',
  apply({ root, secret }) {
    const file = join(root, 'etc/iscsi/initiatorname.iscsi')
    const text = readIfPresent(file)
    if (text === undefined) return done('not present')
    const drawn = drawRandom({ secret, purpose: 'iscsi', length: 6, root })
    const name = `${prefix}${drawn.toString('hex')}`
    const others = text.split('\n').filter((line) => !/^\s*(InitiatorName\s*=|GenerateName\s*=)/.test(line))
    replaceFile(file, `${[`InitiatorName=${name}`, ...others].join('\n').trimEnd()}\n`, { mode: 0o600 })
    return done(`is now ${name}, from the next login on`)
  },
}
