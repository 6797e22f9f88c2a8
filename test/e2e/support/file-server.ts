/** Gives guests files by HTTP, on the bridge's address. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { bridgeHost } from './host.ts'

export interface FileServer extends AsyncDisposable {
  /** Where a guest finds a file. */
  url(file: string): string
}

/**
 * The bridge comes with the first machine that starts.
 *
 * @param files paths; each is served by its last part
 */
export async function serveFiles(files: readonly string[]): Promise<FileServer> {
  const byName = new Map(files.map((file) => [`/${basename(file)}`, file]))
  const server = createServer((request, response) => {
    const file = byName.get(request.url ?? '')
    if (file === undefined) response.writeHead(404).end()
    else createReadStream(file).pipe(response)
  })
  server.listen(0, bridgeHost)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: (file) => `http://${bridgeHost}:${port}/${basename(file)}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
