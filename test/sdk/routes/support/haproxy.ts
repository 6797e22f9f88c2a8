/** A real HAProxy with the configuration that docs/routes.md shows. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { askHaproxy } from '../../../../sdk/routes/haproxy/runtime.ts'
import { freePort } from '../../../proto/routing/free-port.ts'
import { shortFolder } from '../../hypervisor/qemu/short-folder.ts'
import { runServer } from './run-server.ts'

export interface RunningHaproxy {
  socket: string
  map: string
  /** Of the backend shop. */
  httpPort: number
  /** Of the backend web. */
  webPort: number
  /** Of the backend stream. */
  tcpPort: number
}

export const holdScript = join(import.meta.dirname, '../../../../packaging/haproxy/hold.lua')

export interface HaproxyOptions {
  holdSeconds?: number
  most?: number
}

export async function startHaproxy(t: Test, options: HaproxyOptions = {}): Promise<RunningHaproxy> {
  const { holdSeconds = 30, most = 10_000 } = options
  const folder = shortFolder(t)
  const [socket, map, file] = [
    join(folder, 'admin.sock'),
    join(folder, 'hold.map'),
    join(folder, 'haproxy.cfg'),
  ]
  const ports = { httpPort: await freePort(), webPort: await freePort(), tcpPort: await freePort() }
  const web = (name: string, port: number) => `
frontend ${name}
  bind 127.0.0.1:${port}
  default_backend ${name}
backend ${name}
  http-request lua.hold ${name}
  http-request return status 503 hdr Retry-After 1 if { var(txn.hold_ended) -m found }
  server-template w 1-2 127.0.0.1:1 disabled
`
  const configuration = `
global
  stats socket ${socket} level admin
  setenv HOLD_MAP ${map}
  setenv HOLD_SECONDS ${holdSeconds}
  setenv HOLD_MOST ${most}
  lua-load ${holdScript}
defaults
  mode http
  timeout connect 5s
  timeout client 180s
  timeout server 180s
${web('shop', ports.httpPort)}
${web('web', ports.webPort)}
frontend stream
  mode tcp
  bind 127.0.0.1:${ports.tcpPort}
  default_backend stream
backend stream
  mode tcp
  tcp-request inspect-delay ${holdSeconds + 1}s
  tcp-request content lua.hold stream
  tcp-request content reject if { var(txn.hold_ended) -m found }
  server-template w 1-2 127.0.0.1:1 disabled
`
  writeFileSync(map, '')
  writeFileSync(file, configuration)
  await runServer(t, ['haproxy', '-db', '-f', file], () => askHaproxy(socket, ['show info']))
  return { socket, map, ...ports }
}
