/** `npm run bench -- dns`: Cleave DNS beside Knot, BIND, dnsmasq, and a server over dns2, in turns. */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { questionsPerSecond } from './dns/dnsperf.ts'
import { type NameServer, startServer, writeZone } from './dns/servers.ts'
import { timeSwitch, timeUpdate, type UpdateTimes } from './dns/updates.ts'
import { type Row, row } from './row.ts'

const rounds = 5
const seconds = 2
const updates = 200
const aims = { udp: 0.75, tcp: 1, seenMs: 5 }
const ways = ['udp', 'tcp'] as const
type Way = (typeof ways)[number]
const ours = ['Cleave DNS', 'Cleave DNS, one process']

export async function measureDns(say: (line: string) => void): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const { zone, known, unknown } = writeZone(folder)
  const servers: NameServer[] = []
  const start = async (name: string, kind: Parameters<typeof startServer>[0]['kind'], processes = 1) => {
    say(`start ${name}`)
    servers.push(stack.use(await startServer({ name, kind, folder, zone, processes })))
  }
  await start('Cleave DNS', 'cleave', availableParallelism())
  await start('Cleave DNS, one process', 'cleave')
  await start('Knot', 'knot')
  await start('BIND', 'bind')
  await start('dnsmasq', 'dnsmasq')
  await start('dns2 with guards', 'dns2')

  const rates = { udp: await measure(servers, 'udp', known), tcp: await measure(servers, 'tcp', known) }
  const strange = await measure(
    servers.filter(({ name }) => ours.includes(name) || name === 'Knot'),
    'udp',
    unknown,
  )
  return [
    ...ways.flatMap((way) => rateRows(way, rates[way])),
    ...unknownRows(strange),
    ...(await updateRows()),
  ]

  async function measure(asked: NameServer[], way: Way, questions: string): Promise<Map<string, number[]>> {
    const found = new Map<string, number[]>()
    // A first round that does not count: code is compiled, caches are filled.
    for (let round = -1; round < rounds; round++) {
      say(`${way}, round ${round + 1} of ${rounds}`)
      for (const { name, port } of asked) {
        const rate = await questionsPerSecond({ port, questions, way, seconds: round < 0 ? 1 : seconds })
        if (round >= 0) found.set(name, [...(found.get(name) ?? []), rate])
      }
    }
    return found
  }

  async function updateRows(): Promise<Row[]> {
    say(`${updates} updates`)
    const [all, one, knot, bind] = servers as [NameServer, NameServer, NameServer, NameServer]
    const cases: [string, NameServer, typeof timeUpdate][] = [
      ['signed update', one, timeUpdate],
      ['signed update, all processes', all, timeUpdate],
      ['Knot', knot, timeUpdate],
      ['BIND', bind, timeUpdate],
      // Last, as what a route gives is not for updates.
      ['route switched', one, timeSwitch],
      ['route switched, all processes', all, timeSwitch],
    ]
    const times = new Map<string, UpdateTimes[]>()
    for (const half of [cases.slice(0, 4), cases.slice(4)]) {
      for (let index = -5; index < updates; index++) {
        for (const [name, server, change] of half) {
          const taken = await change(server, Buffer.of(10, 9, (index + 5) >> 8, (index + 5) & 255))
          if (index >= 0) times.set(name, [...(times.get(name) ?? []), taken])
        }
      }
    }
    const values = (name: string, what: keyof UpdateTimes) => (times.get(name) ?? []).map((one) => one[what])
    const isPeer = (name: string): boolean => name === 'Knot' || name === 'BIND'
    return cases
      .filter(([name]) => !isPeer(name))
      .flatMap(([name, , change]) => {
        const peer = (what: keyof UpdateTimes) =>
          change === timeUpdate ? { peer: { name: 'Knot', values: values('Knot', what) } } : {}
        const late = percentile(values(name, 'seen'), 0.99)
        return [
          row({
            what: `${name}: until it is answered`,
            unit: 'ms',
            values: values(name, 'acknowledged'),
            ...peer('acknowledged'),
          }),
          row({
            what: `${name}: from then to the new address`,
            unit: 'ms',
            values: values(name, 'seen'),
            ...peer('seen'),
            aim: { text: `99 of 100 under ${aims.seenMs} ms`, met: () => late < aims.seenMs },
          }),
        ]
      })
  }
}

function rateRows(way: Way, rates: Map<string, number[]>): Row[] {
  const what = `answers over ${way.toUpperCase()}`
  const others = [...rates.keys()].filter((name) => !ours.includes(name))
  const [all = '', one = ''] = ours
  const beside = (mine: string, name: string, aim?: number) =>
    row({
      what: mine === one ? `${what}, one process` : what,
      unit: '1/s',
      values: rates.get(mine) ?? [],
      peer: { name, values: rates.get(name) ?? [] },
      ...(aim !== undefined && {
        aim: {
          text: `at least ${aim} of it`,
          met: (_value: number, ratio: number | null) => (ratio ?? 0) >= aim,
        },
      }),
    })
  return [
    ...others.map((name) => beside(all, name, name === 'Knot' ? aims[way] : undefined)),
    beside(one, 'Knot'),
    beside(one, 'dns2 with guards'),
  ]
}

function unknownRows(rates: Map<string, number[]>): Row[] {
  return ours.map((name) =>
    row({
      what: `100,000 names that are not there, over UDP${name === ours[0] ? '' : ', one process'}`,
      unit: '1/s',
      values: rates.get(name) ?? [],
      peer: { name: 'Knot', values: rates.get('Knot') ?? [] },
    }),
  )
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
}
