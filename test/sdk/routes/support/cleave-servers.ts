/** Cleave's own proxy and DNS server, as programs. */

import { Resolver } from 'node:dns/promises'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { connectRoutes } from '../../../../proto/routing/client.ts'
import { freePort } from '../../../proto/routing/free-port.ts'
import { shortFolder } from '../../hypervisor/qemu/short-folder.ts'
import { runServer } from './run-server.ts'

const top = join(import.meta.dirname, '../../../..')

async function runCleave(t: Test, program: 'proxy' | 'dns', settings: object, socket: string): Promise<void> {
  const file = `${socket}.yaml`
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(settings))
  await using client = await connectRoutes({ address: `unix:${socket}`, peer: program })
  const command = [process.execPath, join(top, program, 'main.ts'), '--config', file] as const
  await runServer(t, command, () => client.list())
}

/** @returns the path of its socket */
export async function startCleaveProxy(t: Test): Promise<string> {
  const socket = join(shortFolder(t), 'proxy')
  await runCleave(t, 'proxy', { control: { socket } }, socket)
  return socket
}

/** @returns the path of its socket, and who asks it for names of example.org */
export async function startCleaveDns(t: Test): Promise<{ socket: string; resolver: Resolver }> {
  const folder = shortFolder(t)
  const socket = join(folder, 'dns')
  const listen = [`127.0.0.1:${await freePort()}`]
  const zones = [{ name: 'example.org' }]
  await runCleave(t, 'dns', { listen, zones, store: join(folder, 'store'), control: { socket } }, socket)
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers(listen)
  return { socket, resolver }
}
