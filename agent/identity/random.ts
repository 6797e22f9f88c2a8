/** Random bytes that no other copy of this machine has. */
import { hkdfSync } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Draws from the kernel and from the machine's own secret at once: the kernel's generator may still be the copy of
 * another machine's, and the secret is known to the host. Node's own generator is never asked: it lives in memory
 * that was copied, and its next bytes are the same in every copy.
 *
 * @param secret of this machine alone
 * @param purpose different for each use
 */
export function drawRandom(options: {
  secret: Uint8Array
  purpose: string
  length: number
  root: string
}): Buffer {
  const fresh = Buffer.alloc(32)
  const device = openSync(join(options.root, 'dev/urandom'), 'r')
  try {
    readSync(device, fresh)
  } finally {
    closeSync(device)
  }
  const material = Buffer.concat([options.secret, fresh])
  return Buffer.from(hkdfSync('sha256', material, '', `cleave ${options.purpose}`, options.length))
}

/** A version 4 UUID (RFC 9562) made of 16 random bytes. */
export function uuidOf(bytes: Buffer): string {
  const octets = Buffer.from(bytes.subarray(0, 16))
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80
  const hex = octets.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** A machine-id(5) as systemd itself draws it: a version 4 UUID without hyphens. */
export function drawMachineId(secret: Uint8Array, root: string): string {
  return uuidOf(drawRandom({ secret, purpose: 'machine-id', length: 16, root })).replaceAll('-', '')
}
