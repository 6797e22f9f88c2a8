/** The ways in which clients reach the shop wherever it runs, a client of each. */
import { Resolver } from 'node:dns/promises'
import { nameServer, proxyPlace, shopName } from './servers.ts'
import { type ClientReport, type ShopClient, startShopClient } from './shop-client.ts'

export const serviceAddress = { host: '10.77.0.80', port: 80 } as const

export interface WayReport extends ClientReport {
  way: 'service address' | 'proxy' | 'name'
}

export interface Clients {
  reports(): WayReport[]
  stop(): Promise<void>
}

// Who goes by names has to find out that a connection leads nowhere any more.
const doubtMs = 2000

export async function startClients(): Promise<Clients> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 })
  resolver.setServers([nameServer])
  const lookUp = async () => {
    const [address] = await resolver.resolve4(shopName)
    if (address === undefined) throw new Error(`${shopName} has no address`)
    return address
  }
  const { host, port } = serviceAddress
  const clients: [WayReport['way'], ShopClient][] = [
    ['service address', await startShopClient(host, port)],
    ['proxy', await startShopClient(proxyPlace.host, proxyPlace.port)],
    ['name', await startShopClient(shopName, port, { lookUp, doubtMs })],
  ]
  return {
    reports: () => clients.map(([way, client]) => ({ way, ...client.report() })),
    stop: async () => {
      await Promise.all(clients.map(([, client]) => client.stop()))
    },
  }
}
