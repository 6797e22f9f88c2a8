import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Backend, Proxying } from '../../../proto/generated/route-messages.ts'
import { connectRoutes, type RoutesClient } from '../../../proto/routing/client.ts'
import { type RunningProxy, runProxy } from '../../../proxy/run-proxy.ts'
import { freePort } from '../../proto/routing/free-port.ts'
import { proxying, route } from '../../proto/routing/sample-routes.ts'
import { shortFolder } from '../../sdk/hypervisor/qemu/short-folder.ts'

export interface TestProxy {
  proxy: RunningProxy
  folder: string
  settingsFile: string
  routes: RoutesClient
  /** Puts a route on a free port, and returns the port. */
  serve(name: string, backends: Backend[], more?: Partial<Proxying>): Promise<number>
}

/** A proxy in this process, with what the test says in JSON, which YAML is too. */
export async function startProxy(t: Test, settings: object = {}): Promise<TestProxy> {
  const folder = shortFolder(t)
  const settingsFile = join(folder, 'proxy.yaml')
  const socket = join(folder, 'control')
  const whole = { control: { socket }, timeouts: { drain: 100 }, log: { level: 'error' }, ...settings }
  await writeFile(settingsFile, JSON.stringify(whole))
  const proxy = await runProxy(settingsFile)
  const routes = await connectRoutes({ address: `unix:${socket}`, peer: 'the proxy' })
  t.teardown(async () => {
    await routes.close()
    await proxy.end()
  })
  return {
    proxy,
    folder,
    settingsFile,
    routes,
    serve: async (name, backends, more = {}) => {
      const port = await freePort()
      await routes.put(route(name, { backends, proxying: proxying(`127.0.0.1:${port}`, more) }))
      return port
    },
  }
}
