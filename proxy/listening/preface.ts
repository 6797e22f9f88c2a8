/** Reads what comes before all else on a connection, such as the PROXY protocol. */
import type { Socket } from 'node:net'
import type { Context } from '../context.ts'

export interface PrefaceOptions<Result> {
  socket: Socket
  /** What came already. */
  first: Buffer
  /** Called with all bytes so far. It asks for more only so often as its own bound allows. */
  parse: (bytes: Buffer) => Result | 'more'
  context: Context
  /** Called once, with all bytes; the socket is paused. Not called when the client goes away, or is too slow. */
  onRead: (result: Result, bytes: Buffer) => void
}

export function readPreface<Result>({ socket, first, parse, context, onRead }: PrefaceOptions<Result>): void {
  let bytes = first
  const stop = (): void => {
    unwatch()
    socket.off('data', take)
    socket.off('end', leave)
    socket.off('close', stop)
  }
  const leave = (): void => {
    stop()
    socket.destroy()
  }
  const take = (chunk: Buffer): void => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    look()
  }
  const look = (): void => {
    const result = parse(bytes)
    if (result === 'more') return
    stop()
    socket.pause()
    onRead(result as Result, bytes)
  }
  const unwatch = context.deadlines.watch({
    deadline: performance.now() + context.settings.timeouts.head,
    expire: leave,
  })
  socket.on('data', take)
  socket.on('end', leave)
  socket.on('close', stop)
  if (bytes.length > 0) look()
}
