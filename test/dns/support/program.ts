/** Runs the server as a program, as an admin would. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import { freePort } from '../../proto/routing/free-port.ts'
import { shortFolder } from '../../sdk/hypervisor/qemu/short-folder.ts'

export interface Program {
  port: number
  folder: string
  configFile: string
  /** Of its control socket, for a client of the routing service. */
  control: string
  pid: number
  log(): string
  /** What the server logs from now on until a line has this in it. */
  logged(text: string): Promise<void>
  signal(name: NodeJS.Signals): void
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
}

const startMs = 20_000
const main = join(import.meta.dirname, '../../../dns/main.ts')

export const secret = Buffer.from('a secret for tests').toString('base64')

/** Settings with what every test needs; `more` takes the place of what it names. */
export async function writeSettings(t: Test, more: object, folder = shortFolder(t)) {
  const port = await freePort()
  const control = join(folder, 'control')
  const settings = {
    listen: [`127.0.0.1:${port}`],
    store: join(folder, 'store.sqlite'),
    control: { socket: control },
    keys: [{ name: 'key', secret }],
    zones: [{ name: 'example.org', updates: { keys: ['key'] }, transfers: { keys: ['key'] } }],
    ...more,
  }
  const configFile = join(folder, 'dns.yaml')
  writeFileSync(configFile, stringify(settings))
  return { port, control: `unix:${control}`, folder, configFile }
}

/** Starts it, and ends it with the test. */
export async function runProgram(
  t: Test,
  written: Awaited<ReturnType<typeof writeSettings>>,
): Promise<Program> {
  const child = execa(process.execPath, [main, '--config', written.configFile], {
    reject: false,
    timeout: 120_000,
    all: true,
    buffer: false,
  })
  let log = ''
  const listeners = new Set<() => void>()
  child.all.on('data', (chunk) => {
    log += chunk
    for (const listener of listeners) listener()
  })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await child
  })
  const logged = (text: string, from = log.length): Promise<void> =>
    new Promise((resolve, reject) => {
      const finish = (error?: Error): void => {
        clearTimeout(timer)
        listeners.delete(look)
        if (error) reject(error)
        else resolve()
      }
      const look = (): void => {
        if (log.includes(text, from)) finish()
      }
      const timer = setTimeout(() => finish(new Error(`no "${text}" in: ${log}`)), startMs)
      child.then(() => finish(new Error(`it ended: ${log}`)))
      listeners.add(look)
      look()
    })
  await logged('the server serves', 0)
  return {
    ...written,
    pid: child.pid ?? 0,
    log: () => log,
    logged: (text) => logged(text),
    signal: (name) => void child.kill(name),
    kill: async () => {
      child.kill('SIGKILL')
      await child
    },
  }
}

/** Both at once. */
export async function serveProgram(t: Test, more: object = {}): Promise<Program> {
  return runProgram(t, await writeSettings(t, more))
}

/** What `dig +short` answers, or whatever else is asked for by its options. */
export async function dig(port: number, ...words: string[]): Promise<string> {
  // A cookie is never the same again, so that no answer would come from the cache.
  const usual = ['@127.0.0.1', '-p', String(port), '+tries=1', '+time=5', '+norec', '+nocookie']
  const { stdout } = await execa('dig', [...usual, ...words], { timeout: 20_000, reject: false })
  return stdout
}

/** Runs lines of nsupdate with the key of the settings; answers its output and exit code. */
export async function nsupdate(port: number, lines: string[], options: string[] = []) {
  const key = ['-y', `hmac-sha256:key:${secret}`]
  const { all, exitCode } = await execa('nsupdate', [...(options.length > 0 ? options : key)], {
    input: [`server 127.0.0.1 ${port}`, 'zone example.org', ...lines, 'send', ''].join('\n'),
    timeout: 20_000,
    reject: false,
    all: true,
  })
  return { output: all, exitCode }
}
