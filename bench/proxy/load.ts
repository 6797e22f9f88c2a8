/** Clients: many small requests, one long stream, many that wait. */
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { execa } from 'execa'

const connections = 64

/** Requests a second, over 64 connections that stay open. Throws when one fails. */
export async function requestsPerSecond(port: number, seconds: number): Promise<number> {
  const words = ['-t1', `-c${connections}`, `-d${seconds}`, `http://127.0.0.1:${port}/`]
  const { stdout } = await execa('wrk', words, { timeout: (seconds + 20) * 1000 })
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`requests failed: ${stdout}`)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
}

/** Gigabits a second of one answer. */
export async function gigabitsPerSecond(port: number): Promise<number> {
  const words = [
    '-sS',
    '--fail',
    '-o',
    '/dev/null',
    '-w',
    '%{speed_download}',
    `http://127.0.0.1:${port}/big`,
  ]
  const { stdout } = await execa('curl', words, { timeout: 60_000 })
  return (Number(stdout) * 8) / 1e9
}

/** Opens so many connections, some at a time, and answers when all are there. */
export async function openIdle(port: number, count: number): Promise<Disposable> {
  const sockets: Socket[] = []
  const atOnce = 200
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(atOnce, count - sockets.length) }, () =>
      connect(port, '127.0.0.1'),
    )
    sockets.push(...batch)
    await Promise.all(
      batch.map(
        (socket) =>
          new Promise((resolve, reject) => {
            socket.once('connect', resolve)
            socket.once('error', reject)
          }),
      ),
    )
  }
  for (const socket of sockets) socket.on('error', () => {})
  return {
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Megabytes that a process has in memory. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024) / 1e6
}
