import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'
import { cut } from '../../../proxy/tcp/cut.ts'

export interface HttpBackend {
  port: number
  requests: IncomingMessage[]
  sockets: Set<Socket>
  close(): Promise<void>
}

/** @param listener @default answers with the name and the path */
export async function httpBackend(
  t: Test,
  name: string,
  listener: RequestListener = (request, response) => response.end(`${name} ${request.url}`),
): Promise<HttpBackend> {
  const requests: IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    requests.push(request)
    listener(request, response)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) cut(socket)
    await closed
  }
  t.teardown(close)
  return { port: (server.address() as AddressInfo).port, requests, sockets, close }
}

export interface Fetched {
  status: number
  headers: NodeJS.Dict<string | string[]>
  text: string
}

/** One request, on a connection of its own. */
export async function ask(
  port: number,
  options: { method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Fetched> {
  const { method = 'GET', path = '/', headers = {}, body } = options
  const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
  asked.end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(pieces).toString(),
  }
}
