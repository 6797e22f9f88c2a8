/** What a client of TLS says first, as far as it tells where it wants to go (RFC 8446 and 6066, RFC 7301). Pure. */

export interface ClientHello {
  /** In small letters, empty for none. */
  serverName: string
  /** ALPN protocols, in the order of its wishes. */
  alpn: string[]
}

/** No longer hello is waited for: with post-quantum keys they have some 2 KiB. */
export const longestHello = 16 * 1024 + 5

const handshake = 22
const clientHello = 1
const serverNameExtension = 0
const alpnExtension = 16

/** @returns 'more' when it has not all come, 'wrong' when it is none */
export function readClientHello(bytes: Buffer): ClientHello | 'more' | 'wrong' {
  const message = readRecords(bytes)
  if (typeof message === 'string') return message
  try {
    return readMessage(message)
  } catch (error) {
    // A length beyond the end.
    if (error instanceof RangeError) return 'wrong'
    throw error
  }
}

/** The first handshake message, which may be cut over several records. */
function readRecords(bytes: Buffer): Buffer | 'more' | 'wrong' {
  let message: Buffer = Buffer.alloc(0)
  let at = 0
  for (;;) {
    if (bytes.length > at && bytes[at] !== handshake) return 'wrong'
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) return 'wrong'
    if (bytes.length < at + 5) return bytes.length > longestHello ? 'wrong' : 'more'
    const length = bytes.readUInt16BE(at + 3)
    if (length === 0 || length > 16_384) return 'wrong'
    const fragment = bytes.subarray(at + 5, at + 5 + length)
    message = message.length === 0 ? fragment : Buffer.concat([message, fragment])
    if (message.length > 0 && message[0] !== clientHello) return 'wrong'
    if (message.length >= 4) {
      const whole = 4 + message.readUIntBE(1, 3)
      if (whole > longestHello) return 'wrong'
      if (message.length >= whole) return message.subarray(4, whole)
    }
    if (fragment.length < length) return bytes.length > longestHello ? 'wrong' : 'more'
    at += 5 + length
  }
}

function readMessage(message: Buffer): ClientHello {
  const reader = createReader(message)
  // Version and random.
  reader.skip(34)
  reader.skip(reader.number(1))
  reader.skip(reader.number(2))
  reader.skip(reader.number(1))
  const hello: ClientHello = { serverName: '', alpn: [] }
  if (reader.left() === 0) return hello
  const extensions = createReader(reader.take(reader.number(2)))
  while (extensions.left() > 0) {
    const kind = extensions.number(2)
    const content = createReader(extensions.take(extensions.number(2)))
    if (kind === serverNameExtension) hello.serverName = readServerName(content)
    if (kind === alpnExtension) hello.alpn = readAlpn(content)
  }
  return hello
}

function readServerName(content: Reader): string {
  const names = createReader(content.take(content.number(2)))
  while (names.left() > 0) {
    const kind = names.number(1)
    const name = names.take(names.number(2)).toString('latin1')
    if (kind === 0) return name.toLowerCase()
  }
  return ''
}

function readAlpn(content: Reader): string[] {
  const list = createReader(content.take(content.number(2)))
  const protocols: string[] = []
  while (list.left() > 0) protocols.push(list.take(list.number(1)).toString('latin1'))
  return protocols
}

interface Reader {
  left(): number
  /** @throws RangeError beyond the end */
  number(bytes: 1 | 2): number
  take(length: number): Buffer
  skip(length: number): void
}

function createReader(bytes: Buffer): Reader {
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('beyond the end')
    at += length
    return bytes.subarray(at - length, at)
  }
  return {
    left: () => bytes.length - at,
    number: (length) => take(length).readUIntBE(0, length),
    take,
    skip: (length) => void take(length),
  }
}
