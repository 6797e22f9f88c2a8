/** Answers at /metrics, /healthz (it runs) and /readyz (it serves its routes and is not about to end). */
import { createServer, type ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import { UnavailableError } from '../../proto/errors.ts'
import { parseEndpoint } from '../../proto/routing/endpoint.ts'

/** @throws UnavailableError `LISTEN_FAILED` */
export async function observe(options: {
  listen: string
  registry: Registry
  isReady: () => boolean
}): Promise<() => Promise<void>> {
  const { listen, registry, isReady } = options
  const answer = (response: ServerResponse, status: number, text: string, type = 'text/plain'): void => {
    response.writeHead(status, { 'content-type': type }).end(text)
  }
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000 }, (request, response) => {
    const [path] = (request.url ?? '').split('?')
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'only GET\n')
    else if (path === '/healthz') answer(response, 200, 'ok\n')
    else if (path === '/readyz')
      answer(response, isReady() ? 200 : 503, isReady() ? 'ready\n' : 'not ready\n')
    else if (path === '/metrics') {
      registry.metrics().then(
        (text) => answer(response, 200, text, registry.contentType),
        (error: unknown) => answer(response, 500, `${error instanceof Error ? error.message : error}\n`),
      )
    } else answer(response, 404, 'there are /metrics, /healthz and /readyz\n')
  })
  server.maxConnections = 64
  const { address, port } = parseEndpoint(listen) as { address: string; port: number }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new UnavailableError({
          code: 'LISTEN_FAILED',
          message: `cannot listen on ${listen}: ${cause.message}`,
          remedy: 'Set observe.listen to an address of this host and a free port.',
          cause,
        }),
      )
    })
    server.listen({ host: address, port }, resolve)
  })
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
}
