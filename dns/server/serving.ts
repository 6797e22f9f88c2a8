/** Everything that answers clients, in one process. */
import { readFile } from 'node:fs/promises'
import { UnavailableError } from '../../proto/errors.ts'
import { createAccess } from '../access.ts'
import { type Client, createResponder } from '../answer/respond.ts'
import type { DnsConfig } from '../config.ts'
import { createForwarder } from '../forward/forwarder.ts'
import type { Log } from '../log.ts'
import { networkCheck } from '../networks.ts'
import { createLimiter } from '../rate/limiter.ts'
import type { Zone } from '../zone/zone.ts'
import { listenHttps } from './https.ts'
import { listenTcp } from './tcp.ts'
import { listenUdp } from './udp.ts'

export interface ServingOptions {
  config: DnsConfig
  zones: ReadonlyMap<string, Zone>
  update(bytes: Buffer, client: Client): Promise<Buffer>
  log: Log
}

export interface Serving {
  /** The zones have changed. */
  forget(): void
  /** Reads certificates again. @throws UnavailableError `NO_CERTIFICATE`; the old ones stay */
  reload(): Promise<void>
  close(): Promise<void>
}

/** @throws UnavailableError `LISTEN_FAILED`, `NO_CERTIFICATE` */
export async function startServing({ config, zones, update, log }: ServingOptions): Promise<Serving> {
  const { keys, forward, rateLimit, tcp, https } = config
  const shared = config.processes > 1
  const responder = createResponder({
    zones,
    keys,
    update,
    onFailure: (error) => log('error', 'a message could not be answered', { error }),
    nowSeconds: () => Math.floor(Date.now() / 1000),
    mayTransfer: createAccess(config.zones, 'transfers'),
    ...(forward !== undefined && {
      forward: createForwarder({
        servers: forward.servers,
        mayForward: networkCheck(forward.networks),
        timeoutMs: forward.timeoutMilliseconds,
        mostUnderWay: forward.underWay,
      }),
    }),
  })
  const limits = {
    connections: tcp.connections,
    connectionsPerClient: tcp.connectionsPerClient,
    idleMs: tcp.idleMilliseconds,
  }
  const closings: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    await Promise.all(closings.map((one) => one()))
  }
  let reload = async (): Promise<void> => {}
  try {
    for (const endpoint of config.listen) {
      const limiter = rateLimit && createLimiter(rateLimit)
      closings.push(await listenUdp({ ...endpoint, responder, shared, ...(limiter && { limiter }) }))
      closings.push(await listenTcp({ ...endpoint, responder, shared, limits }))
    }
    if (https !== undefined) {
      const served = await listenHttps({
        ...https.listen,
        responder,
        shared,
        limits,
        readTls: () => readTls(https),
      })
      closings.push(served.close)
      reload = served.reload
    }
  } catch (error) {
    await close()
    throw error
  }
  return { forget: responder.forget, reload: () => reload(), close }
}

async function readTls(files: { certificate: string; key: string }): Promise<{ cert: Buffer; key: Buffer }> {
  try {
    const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)])
    return { cert, key }
  } catch (cause) {
    throw new UnavailableError({
      code: 'NO_CERTIFICATE',
      message: `a certificate or key can't be read: ${(cause as Error).message}`,
      remedy: 'Check the paths, and that this user may read them.',
      cause,
    })
  }
}
