/** Three hosts on a bridge, each in a network namespace of its own. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'

const isRoot = process.getuid?.() === 0
const program = join(import.meta.dirname, 'ask.ts')
const service = ['10.88.0.80/24', 'fd88::80/64']
const macAddress = (host: number) => `02:88:00:00:00:0${host}`

interface Hosts {
  /** Runs ip(8) on a host. */
  ip(host: number, ...words: string[]): Promise<string>
  announce(host: number, addresses: readonly string[]): Promise<void>
  probe(host: number, addresses: readonly string[]): Promise<unknown>
  has(host: number): Promise<void>
}

async function threeHosts(t: Test): Promise<Hosts> {
  const prefix = `cleave-${process.pid}`
  const name = (host: number | 'bridge') => `${prefix}-${host}`
  const all = ['bridge', 1, 2, 3] as const
  t.teardown(async () => {
    for (const host of all) await execa('ip', ['netns', 'delete', name(host)], { reject: false })
  })
  const batch = async (host: number | 'bridge', text: string) => {
    await execa('ip', ['-netns', name(host), '-batch', '-'], { input: text })
  }
  for (const host of all) await execa('ip', ['netns', 'add', name(host)])
  await batch('bridge', 'link add br0 type bridge\nlink set br0 up\n')
  for (const host of [1, 2, 3]) {
    await batch(
      'bridge',
      `link add port${host} type veth peer name eth0 address ${macAddress(host)} netns ${name(host)}
link set port${host} master br0 up
`,
    )
    await batch(
      host,
      `link set lo up
link set eth0 up
address add 10.88.0.${host}/24 dev eth0
address add fd88::${host}/64 dev eth0 nodad
`,
    )
  }
  const ip = async (host: number, ...words: string[]) =>
    (await execa('ip', ['-netns', name(host), ...words])).stdout
  const ask = async (host: number, what: string, addresses: readonly string[]) => {
    const words = [program, what, 'eth0', ...addresses]
    const { stdout } = await execa('ip', ['netns', 'exec', name(host), process.execPath, ...words])
    return stdout
  }
  // Until the link-local addresses that IPv6 speaks from are there for good.
  for (const host of [1, 2, 3]) {
    for (let tries = 0; tries < 100; tries += 1) {
      const addresses = await ip(host, '-6', 'address', 'show', 'dev', 'eth0')
      if (addresses.includes('fe80') && !addresses.includes('tentative')) break
      await delay(100)
    }
  }
  return {
    ip,
    announce: async (host, addresses) => void (await ask(host, 'announce', addresses)),
    probe: async (host, addresses) => JSON.parse(await ask(host, 'probe', addresses)),
    has: async (host) => {
      for (const address of service) await ip(host, 'address', 'add', address, 'dev', 'eth0', 'nodad')
    },
  }
}

t.test('who has an address is found, of IPv4 and IPv6', { skip: !isRoot }, async (t) => {
  const { probe, has, ip } = await threeHosts(t)
  t.same(await probe(1, service), [], 'nobody')
  t.same(await Promise.all([probe(1, service), probe(2, service)]), [[], []], 'who asks has none')
  await has(2)
  const sorted = async (host: number) =>
    ((await probe(host, service)) as { address: string }[]).sort((one, other) =>
      one.address < other.address ? -1 : 1,
    )
  const owners = (...hosts: number[]) =>
    service.flatMap((address) => hosts.map((host) => ({ address, macAddress: macAddress(host) })))
  t.same(await sorted(1), owners(2))
  t.same(await probe(2, service), [], 'its own interface is no other')
  t.same(await probe(1, ['10.88.0.81/24']), [], 'another address')
  await has(3)
  const both = (await sorted(1)) as { address: string; macAddress: string }[]
  t.same(both.map(({ macAddress }) => macAddress).sort(), [2, 2, 3, 3].map(macAddress), 'two owners')
  for (const address of service) await ip(2, 'address', 'delete', address, 'dev', 'eth0')
  t.same(await sorted(1), owners(3))
})

t.test('an announcement overrides what neighbours know', { skip: !isRoot }, async (t) => {
  const { announce, has, ip } = await threeHosts(t)
  const knownBy3 = async (address: string) => await ip(3, 'neighbour', 'show', address.split('/')[0] ?? '')
  for (const address of service) {
    const host = address.split('/')[0] ?? ''
    await ip(3, 'neighbour', 'replace', host, 'lladdr', macAddress(2), 'dev', 'eth0', 'nud', 'reachable')
    t.match(await knownBy3(address), macAddress(2))
  }
  await has(1)
  // A kernel does not believe IPv4 announcements within a second of what it has just confirmed (locktime).
  await delay(1200)
  await announce(1, service)
  for (const address of service) t.match(await knownBy3(address), macAddress(1), address)
})
