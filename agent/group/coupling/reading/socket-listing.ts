/** Reads what ss prints of unix and TCP sockets with `--numeric --no-header --extended`. Pure. */
import type { TcpSocket, UnixSocket } from '../facts.ts'

export type ListedSocket = UnixSocket | Omit<TcpSocket, 'namespace'>

// Only the name of a unix socket can hold spaces and line ends, so its line is read from the end: NAME inode PEER
// inode <-> extras.
const unixLine = /^(.*) (\d+) +(?:\*|.+?) +(\d+) +[<-]-[->](.*)$/s
// Kind, state and the two queues.
const beforeName = /^\S+ +\S+ +\d+ +\d+ +/
const tcpLine = /^tcp +(\S+) +\d+ +\d+ +(\S+) +(\S+) .*?\bino:(\d+)/
// The kernel takes names of 108 bytes: what is longer is no part of a line.
const longestLine = 2000

// Established, half open and half closed: something may still flow in all of them.
const connected = new Set(['ESTAB', 'SYN-RECV', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT'])

/**
 * A process that names a socket like a line of this listing can only add ends that are none: it hides nothing of
 * others. One at a time, because a busy guest has a hundred thousand.
 */
export function* parseSockets(listing: string): Generator<ListedSocket> {
  let begun = ''
  for (const line of lines(listing)) {
    const text = begun === '' ? line : `${begun}\n${line}`
    const isTcp = text.startsWith('tcp ')
    const socket = isTcp ? parseTcp(text) : parseUnix(text)
    if (socket !== undefined) yield socket
    begun = socket === undefined && !isTcp && text.length <= longestLine ? text : ''
  }
}

function parseUnix(text: string): UnixSocket | undefined {
  const parts = unixLine.exec(text)
  if (parts === null) return undefined
  const [, front = '', inode = '0', peer = '0', extras = ''] = parts
  const name = front.replace(beforeName, '').trimStart()
  const pending = /peers:([ \d]+)/.exec(extras)?.[1]?.split(' ').filter(Boolean) ?? []
  return { inode, peer, name: name === '*' ? '' : name, pending }
}

/** Undefined for one that is neither connected nor listens. */
function parseTcp(text: string): Omit<TcpSocket, 'namespace'> | undefined {
  const [, code = '', local = '', remote = '', inode = '0'] = tcpLine.exec(text) ?? []
  const state = code === 'LISTEN' ? 'listening' : 'connected'
  if (state === 'connected' && !connected.has(code)) return undefined
  return { local: plainAddress(local), remote: plainAddress(remote), state, inode }
}

/** Without the interface that a socket is bound to, and an IPv4 address that IPv6 mapped (RFC 4291) as IPv4. */
function plainAddress(address: string): string {
  return address.replace(/%[^:]+:/, ':').replace(/^\[::ffff:([\d.]+)\]/, '$1')
}

function* lines(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start)
    const stop = end < 0 ? text.length : end
    yield text.slice(start, stop)
    start = stop + 1
  }
}
