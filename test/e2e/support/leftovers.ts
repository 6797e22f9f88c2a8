/** What this process and the machines of a host have open, beyond what {@link TestHost.traces} tells. */
import { readdir, readFile } from 'node:fs/promises'
import { execa } from 'execa'
import type { TestHost } from './host.ts'

/** Paths of the sockets below the home that somebody listens on, also of those that were deleted meanwhile. */
export async function listeningBelow({ home }: TestHost): Promise<string[]> {
  const accepts = '00010000'
  const lines = (await readFile('/proc/self/net/unix', 'utf8')).split('\n')
  return lines
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, , , flags, , , , path = '']) =>
      flags === accepts && path.startsWith(`${home}/`) ? [path] : [],
    )
    .sort()
}

/** Of this process. */
export async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length
}

/** How many processes there are that this one has started. */
export async function childProcesses(): Promise<number> {
  const ps = execa('ps', ['-o', 'pid=', '--ppid', String(process.pid)])
  const { stdout } = await ps
  return stdout.split('\n').filter((pid) => Number(pid) !== ps.pid).length
}
