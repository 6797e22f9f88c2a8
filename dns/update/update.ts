/** Updates as messages (RFC 2136): who may, whether they fit, and what they change. */
import { MalformedError } from '../../proto/dns/malformed.ts'
import { type Message, messageBytes } from '../../proto/dns/message.ts'
import { canonicalName } from '../../proto/dns/name.ts'
import { classes, rcodes, recordTypes } from '../../proto/dns/numbers.ts'
import type { TsigKey } from '../../proto/dns/tsig/key.ts'
import type { Access } from '../access.ts'
import { plainAnswer, replyTo } from '../answer/answer.ts'
import { headerOnly } from '../answer/respond.ts'
import { type Opened, openMessage } from '../answer/seal.ts'
import type { Authority } from '../authority.ts'
import type { Log } from '../log.ts'
import { applyUpdate } from './apply.ts'
import { checkPrerequisites } from './prerequisites.ts'

export interface UpdaterOptions {
  authority: Authority
  keys: readonly TsigKey[]
  /** Whether a client may change a zone. */
  mayUpdate: Access
  nowSeconds(): number
  log: Log
}

/** Makes an update that came as these bytes, and answers when everybody answers by it. Throws nothing. */
export type Updater = (bytes: Buffer, address: string) => Promise<Buffer>

export function createUpdater(options: UpdaterOptions): Updater {
  const { authority, keys, nowSeconds, log } = options

  const make = async (opened: Opened & { refusal?: undefined }, address: string): Promise<number> => {
    const { message, key } = opened
    const [zone] = message.questions
    if (zone === undefined || message.questions.length > 1) return rcodes.FORMERR
    if (zone.type !== recordTypes.SOA) return rcodes.FORMERR
    const origin = canonicalName(zone.name)
    const answering = authority.zones.get(origin)
    const written = authority.written(origin)
    if (answering === undefined || written === undefined || zone.class !== classes.IN) return rcodes.NOTAUTH
    if (!options.mayUpdate(origin, { address }, key)) return rcodes.REFUSED
    const unmet = checkPrerequisites(answering, message.answers)
    if (unmet !== rcodes.NOERROR) return unmet
    const { rcode, changes } = applyUpdate(
      { origin, written: written.node, live: (name) => authority.live(origin, name) },
      message.authorities,
    )
    if (changes === undefined || changes.length === 0) return rcode
    await authority.write(origin, changes)
    log('info', 'a zone was updated', {
      zone: origin,
      key: key?.name,
      names: changes.map(({ name }) => name),
    })
    return rcodes.NOERROR
  }

  return async (bytes, address) => {
    let opened: Opened
    try {
      opened = openMessage({ bytes, keys, nowSeconds: nowSeconds() })
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      return headerOnly(bytes, rcodes.FORMERR)
    }
    if (opened.refusal !== undefined) return opened.refusal
    try {
      return opened.seal(replyBytes(opened.message, await make(opened, address)))
    } catch (error) {
      log('error', 'an update failed', { error })
      return opened.seal(replyBytes(opened.message, rcodes.SERVFAIL))
    }
  }
}

function replyBytes(message: Message, rcode: number): Buffer {
  return messageBytes(replyTo(message, plainAnswer(rcode)))
}
