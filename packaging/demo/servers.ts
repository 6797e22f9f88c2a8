/** The proxy and the DNS server of Cleave, as programs of their own, and the file that says which routes they serve. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { connectRoutes } from '../../proto/routing/client.ts'
import { packageRoot } from '../package-root.ts'

export const proxyPlace = { host: '127.0.0.1', port: 8080 } as const
export const nameServer = '127.0.0.1:5300'
export const shopName = 'shop.demo.example'

const startMs = 20_000
const endMs = 5000

/** @param home of Cleave */
export async function startServers(home: string): Promise<AsyncDisposable> {
  await using servers = new AsyncDisposableStack()
  const folder = join(home, 'servers')
  await mkdir(folder, { recursive: true })
  const sockets = { proxy: join(folder, 'proxy.sock'), dns: join(folder, 'dns.sock') }
  const settings = {
    proxy: { control: { socket: sockets.proxy } },
    dns: {
      control: { socket: sockets.dns },
      listen: [nameServer],
      zones: [{ name: 'demo.example' }],
      store: join(folder, 'names'),
    },
  }
  for (const program of ['proxy', 'dns'] as const) {
    const file = join(folder, `${program}.yaml`)
    // JSON is YAML.
    await writeFile(file, JSON.stringify(settings[program]))
    servers.use(await startServer({ program, file, socket: sockets[program] }))
  }
  await writeFile(join(home, 'routes.yaml'), JSON.stringify(routesOf(sockets)))
  return servers.move()
}

/** Both lead to the address of the machine: that of the service moves by itself. */
function routesOf(sockets: { proxy: string; dns: string }) {
  const shop = { group: 'shop', endpoint: 'http', to: 'machine' }
  return {
    publishers: {
      proxy: { kind: 'cleave', address: sockets.proxy },
      names: { kind: 'cleave', address: sockets.dns },
    },
    routes: [
      {
        ...shop,
        name: 'shop.by-proxy',
        publishers: ['proxy'],
        proxying: { listen: `${proxyPlace.host}:${proxyPlace.port}`, protocol: 'http' },
      },
      { ...shop, name: 'shop.by-name', publishers: ['names'], naming: { names: [shopName] } },
    ],
  }
}

async function startServer(options: {
  program: 'proxy' | 'dns'
  file: string
  socket: string
}): Promise<AsyncDisposable> {
  const { program, file, socket } = options
  const running = execa(process.execPath, [join(packageRoot(), program, 'main.ts'), '--config', file], {
    stdin: 'ignore',
    all: true,
    reject: false,
    forceKillAfterDelay: endMs,
    maxBuffer: { all: 1_000_000 },
  })
  await using started = new AsyncDisposableStack()
  started.defer(async () => {
    running.kill()
    await running
  })
  const ended = running.then(({ all }) => {
    throw new Error(`${program} has ended: ${all}`)
  })
  // Later it ends because it was told to.
  ended.catch(() => undefined)
  await Promise.race([answers(program, socket), ended])
  return started.move()
}

async function answers(program: string, socket: string): Promise<void> {
  await using client = await connectRoutes({ address: `unix:${socket}`, peer: program })
  const deadline = performance.now() + startMs
  for (;;) {
    try {
      await client.list()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await delay(100)
    }
  }
}
