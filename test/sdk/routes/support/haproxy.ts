/** A real HAProxy with the configuration that docs/routes.md shows. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { askHaproxy } from '../../../../sdk/routes/haproxy/runtime.ts'
import { freePort } from './free-port.ts'
import { runServer } from './run-server.ts'
import { shortFolder } from './short-folder.ts'

export interface RunningHaproxy {
  socket: string
  map: string
  httpPort: number
  tcpPort: number
}

export const holdScript = join(import.meta.dirname, '../../../../packaging/haproxy/hold.lua')

export async function startHaproxy(
  t: Test,
  { holdSeconds = 30, most = 10_000 } = {},
): Promise<RunningHaproxy> {
  const folder = await shortFolder(t)
  const [socket, map, file] = [
    join(folder, 'admin.sock'),
    join(folder, 'hold.map'),
    join(folder, 'haproxy.cfg'),
  ]
  const [httpPort, tcpPort] = [await freePort(), await freePort()]
  const configuration = `
global
  stats socket ${socket} level admin
  setenv HOLD_MAP ${map}
  setenv HOLD_SECONDS ${holdSeconds}
  setenv HOLD_MOST ${most}
  lua-load ${holdScript}
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
frontend web
  bind 127.0.0.1:${httpPort}
  default_backend shop
backend shop
  http-request lua.hold shop
  http-request return status 503 hdr Retry-After 1 if { var(txn.hold_ended) -m found }
  server-template w 1-2 127.0.0.1:1 disabled
frontend stream
  mode tcp
  bind 127.0.0.1:${tcpPort}
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
  return { socket, map, httpPort, tcpPort }
}
