/** Reads /proc/PID/net/tcp and tcp6, see proc_pid_net(5). Pure. */
import type { TcpSocket } from '../facts.ts'
import { unmapTcpAddress } from '../tcp-address.ts'

const line =
  /^ *\d+: ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +\d+ +\d+ (\d+)/gm

// From include/net/tcp_states.h: established, half open and half closed, in all of which something may still flow.
const connected = new Set(['01', '03', '04', '05', '08'])
const listening = '0A'

/** The sockets of whole lines that are connected or listen. */
export function parseTcpSockets(text: string, namespace: string): TcpSocket[] {
  const sockets: TcpSocket[] = []
  for (const [, local = '', remote = '', code = '', inode = '0'] of text.matchAll(line)) {
    const state = code === listening ? 'listening' : 'connected'
    if (state === 'connected' && !connected.has(code)) continue
    sockets.push({ namespace, local: unmapTcpAddress(local), remote: unmapTcpAddress(remote), state, inode })
  }
  return sockets
}
