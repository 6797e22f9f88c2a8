/** One question and its answer over TCP, both signed. */
import { randomInt } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { type Message, messageBytes, readMessage } from '../../../proto/dns/message.ts'
import { rcodes } from '../../../proto/dns/numbers.ts'
import type { TsigKey } from '../../../proto/dns/tsig/key.ts'
import { splitSignature } from '../../../proto/dns/tsig/record.ts'
import { checkSignature, signMessage } from '../../../proto/dns/tsig/sign.ts'
import { CleaveError, RefusedError, UnansweredError, UnavailableError } from '../../../proto/errors.ts'
import { formatEndpoint } from '../../../proto/routing/endpoint.ts'
import { publisherMs } from '../publisher.ts'

export interface DnsPeer {
  /** As routes.yaml names it. */
  name: string
  address: string
  port: number
  key: TsigKey
}

/**
 * TCP, as no answer is too long for it and nobody can answer in the server's place by guessing.
 *
 * @returns the answer, whatever its code; one without a signature only when the code is none of success
 * @throws UnavailableError `PUBLISHER_UNREACHABLE`
 * @throws UnansweredError `PUBLISHER_SILENT` also for an answer that is none
 * @throws RefusedError `PUBLISHER_UNTRUSTED` when it says that all is well and is not signed with the key
 */
export async function askDns(peer: DnsPeer, question: Omit<Message, 'id'>): Promise<Message> {
  const { key } = peer
  const id = randomInt(0x1_0000)
  const nowSeconds = () => Math.floor(Date.now() / 1000)
  const unsigned = messageBytes({ ...question, id })
  const { bytes, mac } = signMessage({ bytes: unsigned, key, atSeconds: nowSeconds() })
  const answer = await exchange(peer, bytes)
  try {
    const { bytes: plain, signature } = splitSignature(answer)
    const message = readMessage(plain)
    if (!message.response || message.id !== id || message.opcode !== question.opcode)
      throw silent(peer, 'answered something else')
    if (message.rcode === rcodes.SERVFAIL || isRefusal(message.rcode)) return message
    const check =
      signature &&
      checkSignature({ bytes: plain, signature, keys: [key], nowSeconds: nowSeconds(), priorMac: mac })
    if (check?.error !== 0) throw untrusted(peer)
    return message
  } catch (error) {
    if (error instanceof CleaveError && error.code.startsWith('PUBLISHER_')) throw error
    throw silent(peer, 'answered what is no message', error)
  }
}

/** Who does not know the key can't sign that it refuses it. */
function isRefusal(code: number): boolean {
  return (
    code === rcodes.REFUSED || code === rcodes.NOTAUTH || code === rcodes.FORMERR || code === rcodes.NOTIMP
  )
}

async function exchange(peer: DnsPeer, bytes: Buffer): Promise<Buffer> {
  const socket = connect({ host: peer.address, port: peer.port, noDelay: true })
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const deadline = setTimeout(
    () => reject(silent(peer, `did not answer within ${publisherMs / 1000} s`)),
    publisherMs,
  )
  try {
    socket.once('error', (error) => reject(unreachable(peer, error)))
    collect(socket, resolve, () => reject(silent(peer, 'ended the connection without an answer')))
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    socket.write(Buffer.concat([length, bytes]))
    return await promise
  } finally {
    clearTimeout(deadline)
    socket.destroy()
  }
}

/** The length before it bounds what is kept. */
function collect(socket: Socket, resolve: (answer: Buffer) => void, whenEnded: () => void): void {
  let read: Buffer = Buffer.alloc(0)
  socket
    .on('data', (part: Buffer) => {
      read = Buffer.concat([read, part])
      if (read.length < 2) return
      const length = read.readUInt16BE(0)
      if (read.length >= 2 + length) resolve(read.subarray(2, 2 + length))
    })
    .once('end', whenEnded)
}

const place = ({ name, address, port }: DnsPeer) => `${name} (${formatEndpoint({ address, port })})`

function unreachable(peer: DnsPeer, cause: Error): UnavailableError {
  return new UnavailableError({
    code: 'PUBLISHER_UNREACHABLE',
    message: `the DNS server ${place(peer)} can't be reached: ${cause.message}`,
    remedy: 'See that it runs and takes TCP there, or correct `server` in routes.yaml.',
    cause,
  })
}

function silent(peer: DnsPeer, what: string, cause?: unknown): UnansweredError {
  return new UnansweredError({
    code: 'PUBLISHER_SILENT',
    message: `the DNS server ${place(peer)} ${what}`,
    remedy: 'See what it does, then try again.',
    cause,
  })
}

function untrusted(peer: DnsPeer): RefusedError {
  return new RefusedError({
    code: 'PUBLISHER_UNTRUSTED',
    message: `the answer of the DNS server ${place(peer)} is not signed with the key ${peer.key.name}`,
    remedy: 'Give both the same key, and see that both have the same time.',
  })
}
