/** Tells secondaries that a zone has changed (NOTIFY, RFC 1996). */
import { randomInt } from 'node:crypto'
import { MalformedError } from '../../proto/dns/malformed.ts'
import { emptyMessage, type Message, messageBytes } from '../../proto/dns/message.ts'
import { classes, opcodes, recordTypes } from '../../proto/dns/numbers.ts'
import type { TsigKey } from '../../proto/dns/tsig/key.ts'
import { splitSignature } from '../../proto/dns/tsig/record.ts'
import { checkSignature, signMessage } from '../../proto/dns/tsig/sign.ts'
import { type Endpoint, formatEndpoint } from '../../proto/routing/endpoint.ts'
import { askByDatagram } from '../forward/ask-datagram.ts'
import type { Log } from '../log.ts'
import { recordsOf } from '../zone/records.ts'
import { soaOf } from '../zone/soa.ts'
import type { Zone } from '../zone/zone.ts'

export interface Secondary extends Endpoint {
  key?: TsigKey
}

export interface Notifier {
  /** Returns at once. Changes that come while one is being told are told together. */
  changed(origin: string): void
  /** Tells nothing any more. */
  close(): void
}

export interface NotifierOptions {
  zones: ReadonlyMap<string, Zone>
  secondariesOf(origin: string): readonly Secondary[]
  nowSeconds(): number
  log: Log
}

const firstWaitMs = 500
const tries = 5

export function createNotifier({ zones, secondariesOf, nowSeconds, log }: NotifierOptions): Notifier {
  const abort = new AbortController()
  const { signal } = abort
  /** Whom something is being told of a zone, and whether there is more to tell. */
  const telling = new Map<string, { again: boolean }>()

  const tell = async (zone: Zone, secondary: Secondary): Promise<void> => {
    for (let attempt = 0; attempt < tries && !signal.aborted; attempt++) {
      const timeoutMs = firstWaitMs * 2 ** attempt
      if (await notifyOnce({ zone, secondary, timeoutMs, signal, nowSeconds: nowSeconds() })) return
    }
    if (!signal.aborted)
      log('warning', 'a secondary does not answer', {
        zone: zone.origin,
        secondary: formatEndpoint(secondary),
      })
  }
  const keepTelling = async (zone: Zone, secondary: Secondary, key: string): Promise<void> => {
    const state = { again: true }
    telling.set(key, state)
    while (state.again && !signal.aborted) {
      state.again = false
      await tell(zone, secondary)
    }
    telling.delete(key)
  }
  return {
    close: () => abort.abort(),
    changed: (origin) => {
      const zone = zones.get(origin)
      if (zone === undefined) return
      for (const secondary of secondariesOf(origin)) {
        const key = `${origin} ${formatEndpoint(secondary)}`
        const state = telling.get(key)
        if (state !== undefined) state.again = true
        else
          keepTelling(zone, secondary, key).catch((error) =>
            log('error', 'a secondary was not told', { error }),
          )
      }
    },
  }
}

/** True when it was answered, whatever the answer says. */
async function notifyOnce(options: {
  zone: Zone
  secondary: Secondary
  timeoutMs: number
  signal: AbortSignal
  nowSeconds: number
}): Promise<boolean> {
  const { zone, secondary, timeoutMs, signal, nowSeconds } = options
  const { key } = secondary
  const plain = messageBytes(notification(zone))
  const signed = key === undefined ? undefined : signMessage({ bytes: plain, key, atSeconds: nowSeconds })
  const accept = (bytes: Buffer): Message | undefined => {
    try {
      const { bytes: unsigned, message, signature } = splitSignature(bytes)
      if (!message.response || message.id !== plain.readUInt16BE(0)) return undefined
      if (key === undefined || signed === undefined) return message
      if (signature === undefined) return undefined
      const check = checkSignature({
        bytes: unsigned,
        signature,
        keys: [key],
        nowSeconds,
        priorMac: signed.mac,
      })
      return check.error === 0 ? message : undefined
    } catch (error) {
      if (error instanceof MalformedError) return undefined
      throw error
    }
  }
  const reply = await askByDatagram({
    server: secondary,
    bytes: signed?.bytes ?? plain,
    accept,
    timeoutMs,
    signal,
  })
  return reply !== undefined
}

function notification(zone: Zone): Message {
  return {
    ...emptyMessage,
    id: randomInt(0x10000),
    opcode: opcodes.notify,
    authoritative: true,
    questions: [{ name: zone.origin, type: recordTypes.SOA, class: classes.IN }],
    answers: recordsOf(soaOf(zone).set),
  }
}
