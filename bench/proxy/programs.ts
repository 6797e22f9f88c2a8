/** Cleave's proxy, its peers, and the server behind them all. Each has one process, or one thread, that does the work. */
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { packageRoot } from '../../packaging/package-root.ts'

export interface Program extends AsyncDisposable {
  pid: number
}

const startMs = 10_000

async function run(command: string, words: string[], port: number): Promise<Program> {
  const child = execa(command, words, { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe', reject: false })
  let ended: string | undefined
  child.then(({ stderr }) => {
    ended = String(stderr)
  })
  const end = async (): Promise<void> => {
    child.kill('SIGTERM')
    await child
  }
  const limit = performance.now() + startMs
  for (;;) {
    const { failed } = await execa('curl', ['-s', '-o', '/dev/null', `http://127.0.0.1:${port}/`], {
      reject: false,
    })
    if (!failed) return { pid: child.pid ?? 0, [Symbol.asyncDispose]: end }
    if (ended !== undefined || performance.now() > limit) {
      await end()
      throw new Error(`${command} does not serve: ${ended ?? 'too slow'}`)
    }
    await delay(50)
  }
}

const places = (folder: string, name: string): string =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${folder}/${name}-${what};`)
    .join(' ')

async function nginx(folder: string, name: string, port: number, http: string): Promise<Program> {
  const file = join(folder, `${name}.conf`)
  await writeFile(
    file,
    `daemon off; master_process off; pid ${folder}/${name}.pid; error_log ${folder}/${name}.err;
     events { worker_connections 8192; }
     http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; ${places(folder, name)} ${http} }`,
  )
  return await run('nginx', ['-p', folder, '-e', `${folder}/${name}.err`, '-c', file], port)
}

/** Answers / with a few bytes, and /big with very many. */
export async function startBackend(folder: string, port: number, bigBytes: number): Promise<Program> {
  await writeFile(join(folder, 'big'), '')
  await truncate(join(folder, 'big'), bigBytes)
  return await nginx(
    folder,
    'backend',
    port,
    `server { listen 127.0.0.1:${port} backlog=4096; location = / { return 200 "hello\\n"; } location /big { root ${folder}; } }`,
  )
}

export function startNginx(folder: string, port: number, backend: number): Promise<Program> {
  const upstream = `upstream b { server 127.0.0.1:${backend}; keepalive 256; keepalive_requests 100000000; }`
  const headers =
    'proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'
  const location = `location / { proxy_pass http://b; proxy_http_version 1.1; proxy_max_temp_file_size 0; ${headers} }`
  return nginx(
    folder,
    'peer',
    port,
    `${upstream} server { listen 127.0.0.1:${port} backlog=4096; ${location} }`,
  )
}

export async function startHaproxy(folder: string, port: number, backend: number): Promise<Program> {
  const file = join(folder, 'haproxy.cfg')
  await writeFile(
    file,
    `global
  nbthread 1
  maxconn 8000
defaults
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen tcp
  mode tcp
  bind 127.0.0.1:${port}
  server backend 127.0.0.1:${backend}
`,
  )
  return await run('haproxy', ['-db', '-f', file], port)
}

export function startLibrary(kind: 'http-proxy' | 'httpxy', port: number, backend: number): Promise<Program> {
  const file = join(import.meta.dirname, 'node-peer.ts')
  return run(process.execPath, [file, kind, String(port), `http://127.0.0.1:${backend}`], port)
}

export interface CleaveOptions {
  folder: string
  http: number
  tcp: number
  backend: number
}

/** As its users have it: compiled, in dist/. */
export async function startCleave({ folder, http, tcp, backend }: CleaveOptions): Promise<Program> {
  const backends = [{ address: '127.0.0.1', port: backend }]
  const settings = {
    control: { socket: join(folder, 'control') },
    limits: { perClient: 20_000 },
    routes: [
      { name: 'http', backends, proxying: { listen: `127.0.0.1:${http}`, protocol: 'http' } },
      {
        name: 'tcp',
        backends,
        proxying: { listen: `127.0.0.1:${tcp}`, holdLimits: { waiting: 20_000, milliseconds: 600_000 } },
      },
    ],
  }
  const file = join(folder, 'proxy.yaml')
  await writeFile(file, JSON.stringify(settings))
  const program = join(packageRoot(), 'dist/proxy/main.js')
  return await run(process.execPath, [program, '--config', file], http)
}
