/** The routing service as a proxy or DNS server offers it, without either behind it. */
import { join } from 'node:path'
import type { Test } from 'tap'
import { createRoutes, type Routes, type RoutesHooks } from '../../../../proto/routing/routes.ts'
import { serveRoutes } from '../../../../proto/routing/serve.ts'
import { createRouteTable } from '../../../../proto/routing/table.ts'
import { shortFolder } from '../../hypervisor/qemu/short-folder.ts'

export interface RouteServer {
  /** The path of its socket. */
  address: string
  routes: Routes
  /** Lets it go away, as for a crash. May be repeated. */
  stop(): Promise<void>
}

/** @param path of its socket. @default in a folder of its own */
export async function routeServer(t: Test, hooks: RoutesHooks = {}, path?: string): Promise<RouteServer> {
  const address = path ?? join(shortFolder(t), 's')
  const routes = createRoutes(createRouteTable(), hooks)
  const served = await serveRoutes({ routes, control: { socket: address }, onFailure: () => {} })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= served.close(0)
    return stopped
  }
  t.teardown(stop)
  return { address, routes, stop }
}
