/**
 * Limits how many like answers a network is sent, so that nobody can use the server to flood another one in whose name he
 * asks. Pure: the time is given.
 */
import { isIPv6 } from 'node:net'
import { addressBytes } from '../../proto/dns/data-text.ts'

export interface RateLimit {
  /** Of one kind to one network. */
  responsesPerSecond: number
  /** Each so many-th of those that are too many is sent shortened, so that a true client can come by TCP. 0: none. */
  slip: number
}

export interface Limiter {
  /** `bytes` is the answer, `address` whom it is for. */
  decide(address: string, bytes: Buffer, nowMs: number): 'send' | 'shorten' | 'drop'
}

interface Bucket {
  left: number
  atMs: number
  refused: number
}

// Beyond that the oldest are forgotten.
const mostNetworks = 100_000
/** How many seconds of silence may be saved up. */
const burstSeconds = 2

export function createLimiter({ responsesPerSecond, slip }: RateLimit): Limiter {
  const buckets = new Map<string, Bucket>()
  const full = responsesPerSecond * burstSeconds

  const bucketOf = (key: string, nowMs: number): Bucket => {
    const known = buckets.get(key)
    if (known !== undefined) return known
    if (buckets.size >= mostNetworks) buckets.delete(buckets.keys().next().value ?? '')
    const bucket = { left: full, atMs: nowMs, refused: 0 }
    buckets.set(key, bucket)
    return bucket
  }
  return {
    decide: (address, bytes, nowMs) => {
      const bucket = bucketOf(`${kindOf(bytes)} ${networkOf(address)}`, nowMs)
      bucket.left = Math.min(full, bucket.left + ((nowMs - bucket.atMs) / 1000) * responsesPerSecond)
      bucket.atMs = nowMs
      if (bucket.left >= 1) {
        bucket.left -= 1
        return 'send'
      }
      bucket.refused += 1
      return slip > 0 && bucket.refused % slip === 0 ? 'shorten' : 'drop'
    },
  }
}

/** Answers, answers that there is nothing, and errors are counted apart. */
function kindOf(bytes: Buffer): string {
  const rcode = (bytes[3] ?? 0) & 0xf
  if (rcode !== 0) return String(rcode)
  return bytes.readUInt16BE(6) > 0 ? 'found' : 'nothing'
}

/** 24 bits of an IPv4 address, 56 of an IPv6 address: who has one has them all. */
function networkOf(address: string): string {
  if (isIPv6(address)) return addressBytes(address, 'ipv6').toString('hex', 0, 7)
  return address.slice(0, address.lastIndexOf('.'))
}
