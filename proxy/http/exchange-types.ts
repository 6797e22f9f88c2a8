/** How a request and the connection that it came on deal with each other. */
import type { Context } from '../context.ts'
import type { BackendState } from '../route/backend.ts'
import type { RouteState } from '../route/route-state.ts'
import type { RequestHead } from './head.ts'

/** The connection that a request came on. */
export interface ExchangeClient {
  /** False when it should get no more until it has drained. */
  write(head: string, body: Buffer | undefined): boolean
  /** Of what was written nothing is kept any more. */
  isWritten(): boolean
  pause(): void
  resume(): void
  /** Sets when it gives up, from now. */
  limit(milliseconds: number): void
  /** The answer is complete. */
  done(keepAlive: boolean): void
  /** It gets an answer of the proxy's own in place of the backend's. */
  refuse(status: number, text: string): void
  /** Nothing sensible can be said any more. */
  destroy(): void
}

export interface Ending {
  /** 0 for one that was broken off, 499 where the client went away. */
  status: number
  bytes: number
  backend: BackendState | undefined
}

export interface ExchangeOptions {
  head: RequestHead
  /** The head as backends get it. */
  text: string
  route: RouteState
  client: ExchangeClient
  context: Context
  /** Told once. */
  onEnd: (route: RouteState, ending: Ending) => void
}

export interface Exchange {
  begin(): void
  /** @returns how many bytes from `from` on were of the request; -1 when it was refused for them */
  fromClient(chunk: Buffer, from: number): number
  /** What comes next is another request. */
  isBodyComplete(): boolean
  clientDrained(): void
  /** The client says no more. */
  clientEnded(): void
  clientGone(): void
  expire(): void
}
