import { execa } from 'execa'

const clients = 16
const underWay = 400

/** Questions that were answered in a second. Throws when the program can't say. */
export async function questionsPerSecond(options: {
  port: number
  questions: string
  way: 'udp' | 'tcp'
  seconds: number
}): Promise<number> {
  const { port, questions, way, seconds } = options
  const words = ['-s', '127.0.0.1', '-p', String(port), '-d', questions, '-m', way]
  const load = ['-c', String(clients), '-q', String(underWay), '-l', String(seconds), '-t', '2']
  const { stdout } = await execa('dnsperf', [...words, ...load], { timeout: (seconds + 30) * 1000 })
  const rate = Number(/Queries per second: +([0-9.]+)/.exec(stdout)?.[1])
  if (!(rate > 0)) throw new Error(`dnsperf says no rate: ${stdout}`)
  return rate
}
