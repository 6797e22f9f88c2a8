/** What a host can tell of a guest without asking it. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

/**
 * True when the kernel of whoever has the address answers: to a datagram that nobody there takes, it says so. One
 * datagram is sent; its answer may take 20 seconds.
 */
export async function isAnswered(address: string): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    socket.connect(9, address)
    await once(socket, 'connect')
    socket.send('anybody there?')
    const [error] = await once(socket, 'error', { signal: AbortSignal.timeout(20_000) })
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
  } catch (error) {
    if ((error as Error).name === 'AbortError') return false
    throw error
  } finally {
    socket.close()
  }
}

/** What a server says first to who connects to a port of the loopback. It may take 20 seconds. */
export async function greetingAt(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  try {
    const [data] = await once(socket, 'data', { signal: AbortSignal.timeout(20_000) })
    return String(data)
  } finally {
    socket.destroy()
  }
}

/** The page of a web server behind a port of the loopback. It may take 20 seconds. */
export async function pageAt(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(20_000) })
  return await response.text()
}

/** How many frames have come out of a guest through its tap. */
export function framesFrom(tap: string): number {
  const line = readFileSync('/proc/self/net/dev', 'utf8')
    .split('\n')
    .find((text) => text.trim().startsWith(`${tap}:`))
  const [, packets] = line?.split(':')[1]?.trim().split(/\s+/) ?? []
  if (packets === undefined) throw new Error(`there is no ${tap}`)
  return Number(packets)
}
