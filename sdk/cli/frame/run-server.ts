/** Runs one of the servers that come with Cleave, which are programs of their own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname, join } from 'node:path'

/** They take these themselves: the terminal, or whoever sends one, means them. */
const handedOn = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Ends when the server ends, with its exit code. */
export async function runServer(room: 'dns', words: readonly string[]): Promise<void> {
  const file = join(import.meta.dirname, '../../..', room, `main${extname(import.meta.filename)}`)
  const server = spawn(process.execPath, [file, ...words], { stdio: 'inherit' })
  for (const signal of handedOn) process.on(signal, () => server.kill(signal))
  const [code] = (await once(server, 'exit')) as [number | null]
  process.exitCode = code ?? 1
}
