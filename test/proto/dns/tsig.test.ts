import fc from 'fast-check'
import t from 'tap'
import { MalformedError } from '../../../proto/dns/malformed.ts'
import { messageBytes, readMessage } from '../../../proto/dns/message.ts'
import { type TsigKey, tsigAlgorithms, tsigErrors } from '../../../proto/dns/tsig/key.ts'
import { appendSignature, splitSignature } from '../../../proto/dns/tsig/record.ts'
import { checkSignature, signMessage } from '../../../proto/dns/tsig/sign.ts'
import { anyMessage } from './arbitrary.ts'

const key: TsigKey = { name: 'update.example.', algorithm: 'hmac-sha256', secret: Buffer.from('secret') }
const now = 1_800_000_000

const check = (bytes: Buffer, options: { keys?: TsigKey[]; nowSeconds?: number; priorMac?: Buffer } = {}) => {
  const { bytes: unsigned, signature } = splitSignature(bytes)
  if (signature === undefined) return undefined
  return checkSignature({ bytes: unsigned, signature, keys: [key], nowSeconds: now, ...options }).error
}

t.test('any message is itself again, and known to be', (t) => {
  const anyKey = fc.constantFrom(...tsigAlgorithms).map((algorithm) => ({ ...key, algorithm }))
  fc.assert(
    fc.property(anyMessage, anyKey, (message, signer) => {
      const bytes = messageBytes(message)
      const signed = signMessage({ bytes, key: signer, atSeconds: now })
      t.same(splitSignature(signed.bytes).bytes, bytes)
      t.equal(check(signed.bytes, { keys: [signer] }), 0)
    }),
    { numRuns: 50 },
  )
  t.end()
})

t.test('a changed bit is noticed, or the message is no message any more', (t) => {
  const bytes = messageBytes(fc.sample(anyMessage, { numRuns: 1, seed: 5 })[0] as never)
  const { bytes: signed } = signMessage({ bytes, key, atSeconds: now })
  for (let bit = 16; bit < signed.length * 8; bit++) {
    const changed = Buffer.from(signed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    let error: number | undefined
    try {
      error = check(changed)
    } catch (failure) {
      if (!(failure instanceof MalformedError)) throw failure
      continue
    }
    // Names are hashed in small letters, so that the case of the key's name is free.
    if (error === 0 && !isCaseOf(changed, signed, bit >> 3)) t.fail(`bit ${bit} of ${signed.length * 8}`)
  }
  t.pass('for every bit')
  t.end()
})

function isCaseOf(one: Buffer, other: Buffer, at: number): boolean {
  const text = (bytes: Buffer): string => String.fromCharCode(bytes[at] ?? 0)
  return text(one).toLowerCase() === text(other).toLowerCase()
}

t.test('who, what and when', (t) => {
  const bytes = messageBytes(fc.sample(anyMessage, 1)[0] as never)
  const { bytes: signed, mac } = signMessage({ bytes, key, atSeconds: now })
  t.equal(check(bytes), undefined, 'no signature')
  t.equal(check(signed, { keys: [] }), tsigErrors.BADKEY)
  t.equal(check(signed, { keys: [{ ...key, algorithm: 'hmac-sha512' }] }), tsigErrors.BADKEY)
  t.equal(check(signed, { keys: [{ ...key, secret: Buffer.from('other') }] }), tsigErrors.BADSIG)
  t.equal(check(signed, { nowSeconds: now + 300 }), 0)
  t.equal(check(signed, { nowSeconds: now + 301 }), tsigErrors.BADTIME)
  t.equal(check(signed, { nowSeconds: now - 301 }), tsigErrors.BADTIME)

  const { bytes: unsigned, signature } = splitSignature(signed)
  if (signature === undefined) throw new Error('no signature')
  const short = appendSignature(unsigned, { ...signature, mac: signature.mac.subarray(0, 16) })
  t.equal(check(short), tsigErrors.BADTRUNC)
  const reused = Buffer.from(signed)
  reused.writeUInt16BE(4, 0)
  t.equal(check(reused), 0, 'who forwards a message may number it anew')

  const reply = signMessage({ bytes, key, atSeconds: now, priorMac: mac })
  t.equal(check(reply.bytes), tsigErrors.BADSIG, 'an answer is bound to its question')
  t.equal(check(reply.bytes, { priorMac: mac }), 0)
  t.end()
})

t.test('a signature has one place', (t) => {
  const bytes = messageBytes(fc.sample(anyMessage, 1)[0] as never)
  const { bytes: signed } = signMessage({ bytes, key, atSeconds: now })
  const message = readMessage(signed)
  const record = message.additionals.at(-1)
  if (record === undefined) throw new Error('no record')
  const elsewhere = [
    { ...message, additionals: [...message.additionals, record] },
    { ...message, answers: [record], additionals: [] },
    { ...message, additionals: [{ ...record, ttl: 1 }] },
    { ...message, additionals: [{ ...record, data: record.data.subarray(0, -1) }] },
  ]
  for (const wrong of elsewhere) t.throws(() => splitSignature(messageBytes(wrong)), MalformedError)
  t.end()
})
