import fc from 'fast-check'
import t from 'tap'
import {
  addressFamily,
  isAddressWithPrefix,
  isInterfaceName,
  isSameAddress,
  isSameHost,
  isUsableMac,
  linkLocalOf,
  networkOf,
} from '../../../agent/address/address.ts'
import {
  type InterfaceAim,
  type InterfaceChange,
  type InterfaceState,
  interfaceChanges,
} from '../../../agent/address/changes.ts'
import { describeChange, encodeChange } from '../../../agent/address/netlink.ts'
import { parseInterface } from '../../../agent/address/parse-interface.ts'
import { addressBytes } from '../../../proto/neighbours/address-bytes.ts'

const state = (change: Partial<InterfaceState> = {}): InterfaceState => ({
  name: 'eth0',
  index: 2,
  macAddress: '52:54:00:00:00:01',
  isUp: true,
  addresses: [],
  ...change,
})
const aim = (change: Partial<InterfaceAim> = {}): InterfaceAim => ({
  macAddress: '',
  own: [],
  service: [],
  remove: [],
  gateway: '',
  ...change,
})
const described = (...given: Parameters<typeof interfaceChanges>) =>
  interfaceChanges(...given).map(describeChange)
const global = (...addresses: string[]) => addresses.map((address) => ({ address, isLinkLocal: false }))

const host = fc.oneof(fc.ipV4(), fc.ipV6())
const address = host.chain((text) =>
  fc.integer({ min: 1, max: text.includes(':') ? 128 : 32 }).map((prefix) => `${text}/${prefix}`),
)
const addresses = fc.array(address, { maxLength: 5 })

function addressesIn(changes: readonly InterfaceChange[], kind: 'add-address' | 'delete-address'): string[] {
  return changes.flatMap((change) => (change.change === kind ? [change.address] : []))
}

t.test('nothing to do is nothing to say', (t) => {
  t.same(interfaceChanges(state(), aim()), [])
  t.same(
    interfaceChanges(state({ addresses: global('10.77.0.80/24') }), aim({ service: ['10.77.0.80/24'] })),
    [],
  )
  t.end()
})

t.test('a child of a split gets its own and keeps what lives on', (t) => {
  const changes = described(
    state({
      addresses: [
        ...global('10.77.0.10/24', '10.77.0.80/24', '10.77.0.25/24'),
        { address: 'fe80::1/64', isLinkLocal: true },
      ],
    }),
    aim({
      macAddress: '52:54:00:00:00:02',
      own: ['10.77.0.11/24'],
      service: ['10.77.0.80/24'],
      remove: 'others',
      gateway: '10.77.0.1',
    }),
  )
  t.same(changes, [
    'delete-address fe80::1/64',
    'delete-address 10.77.0.25/24',
    'delete-address 10.77.0.10/24',
    'set-mac-address 52:54:00:00:00:02',
    'add-address 10.77.0.11/24',
    'set-network-route 10.77.0.0/24 10.77.0.11',
    'set-default-route 10.77.0.1 10.77.0.11',
  ])
  t.end()
})

t.test('the kernel’s own route is left alone where no other address is in its network', (t) => {
  const own = ['10.77.0.11/24', 'fd00::11/64']
  const setsRoute = (...given: Parameters<typeof interfaceChanges>) =>
    interfaceChanges(...given).some(({ change }) => change === 'set-network-route')
  t.notOk(setsRoute(state(), aim({ own, service: ['10.78.0.80/24', 'fd00::80/64'] })))
  t.ok(setsRoute(state({ addresses: global('10.77.0.9/24') }), aim({ own })))
  t.end()
})

t.test('a service address is never touched, whatever its prefix length', (t) => {
  fc.assert(
    fc.property(
      addresses,
      addresses,
      fc.constantFrom('others' as const, [] as string[]),
      (has, service, remove) => {
        const kept = service.map((one) => `${one.split('/')[0]}/${one.includes(':') ? 128 : 32}`)
        const changes = interfaceChanges(
          state({ addresses: global(...has, ...kept) }),
          aim({ service, remove }),
        )
        return addressesIn(changes, 'delete-address').every(
          (one) => !service.some((own) => isSameHost(one, own)),
        )
      },
    ),
  )
  t.end()
})

t.test('of the addresses there, exactly the wanted ones stay, and the missing ones come', (t) => {
  fc.assert(
    fc.property(addresses, addresses, (has, own) => {
      const changes = interfaceChanges(state({ addresses: global(...has) }), aim({ own, remove: 'others' }))
      const deletes = (one: string) => addressesIn(changes, 'delete-address').includes(one)
      const adds = (one: string) => addressesIn(changes, 'add-address').includes(one)
      const stays = has.every((one) => deletes(one) !== own.some((other) => isSameAddress(one, other)))
      const comes = own.every((one) => adds(one) !== has.some((other) => isSameAddress(one, other)))
      return stays && comes
    }),
  )
  t.end()
})

t.test('no text gets in that is not what it should be', (t) => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '10.0.0.1/24\nlink delete eth0',
      '10.0.0.1/24 dev eth1',
      '10.0.0.1',
      '::1%eth0/64',
      'eth0\n',
      '-batch',
    ),
  )
  const fields = fc.constantFrom('own', 'service', 'remove', 'gateway', 'macAddress', 'name', 'has')
  fc.assert(
    fc.property(hostile, fields, (text, field) => {
      const list = ['own', 'service', 'remove'].includes(field)
      const build = () =>
        described(
          state({
            ...(field === 'name' && { name: text }),
            ...(field === 'has' && { addresses: global(text) }),
          }),
          aim(list ? { [field]: [text] } : { [field]: text }),
        )
      try {
        return build().every((line) => /^[a-z-]+( [A-Za-z0-9:./-]+)*$/.test(line))
      } catch (error) {
        return error instanceof Error && 'code' in error && error.code === 'BAD_ADDRESS'
      }
    }),
    { numRuns: 2000 },
  )
  t.throws(() => interfaceChanges(state(), aim({ own: ['10.0.0.1/24\nlink delete eth0'] })), {
    code: 'BAD_ADDRESS',
  })
  t.end()
})

t.test('addresses, MAC addresses and interfaces', (t) => {
  for (const good of ['10.0.0.1/24', '::1/128', 'fd00::1/1']) t.ok(isAddressWithPrefix(good), good)
  for (const bad of [
    '10.0.0.1',
    '10.0.0.1/33',
    '10.0.0.1/0',
    '10.0.0.1/024',
    '10.0.0.1/24/1',
    'fe80::1%e/64',
    '/24',
  ]) {
    t.notOk(isAddressWithPrefix(bad), bad)
  }
  t.ok(isUsableMac('52:54:00:12:34:56'))
  for (const bad of [
    '01:00:5e:00:00:01',
    '00:00:00:00:00:00',
    'ff:ff:ff:ff:ff:ff',
    '52-54-00-12-34-56',
    '',
  ]) {
    t.notOk(isUsableMac(bad), bad)
  }
  t.ok(isInterfaceName('enp0s2.100'))
  for (const bad of ['', '..', '.', '../x', 'a b', 'a/b', 'sixteen-letters-', '-up', 'eth0\n'])
    t.notOk(isInterfaceName(bad), bad)
  t.equal(addressFamily('fe80::1%eth0'), 0)
  t.ok(isSameHost('FD00:0::1/64', 'fd00::1/128'))
  t.notOk(isSameAddress('fd00::1/64', 'fd00::1/128'))
  t.end()
})

t.test('the network of an address holds it', (t) => {
  t.equal(networkOf('10.77.3.80/22'), '10.77.0.0/22')
  t.equal(networkOf('255.255.255.255/1'), '128.0.0.0/1')
  t.equal(networkOf('10.77.3.80/32'), '10.77.3.80/32')
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), (ip, prefix) => {
      const network = networkOf(`${ip}/${prefix}`)
      return networkOf(network) === network && isAddressWithPrefix(network)
    }),
  )
  t.end()
})

t.test('the bytes of an address are those that it is written from', (t) => {
  t.same([...addressBytes('10.77.0.80')], [10, 77, 0, 80])
  t.same(addressBytes('::').length, 16)
  fc.assert(
    fc.property(fc.oneof(fc.ipV6(), fc.constant('::ffff:10.0.0.1')), (text) => {
      const groups = addressBytes(text).toString('hex').match(/.{4}/g) ?? []
      return groups.length === 8 && isSameHost(groups.join(':'), text)
    }),
  )
  t.end()
})

t.test('whatever is to change, the kernel gets one message of the length that it says', (t) => {
  fc.assert(
    fc.property(addresses, addresses, fc.ipV4(), (has, own, gateway) => {
      const wanted = aim({ own, remove: 'others', gateway, macAddress: '52:54:00:00:00:02' })
      const messages = interfaceChanges(state({ isUp: false, addresses: global(...has) }), wanted)
      return messages.every((change) => {
        const message = encodeChange(change, 2)
        return message.readUInt32LE() === message.length && message.length % 4 === 0
      })
    }),
  )
  t.end()
})

t.test('a link-local address is made from the MAC address', (t) => {
  t.ok(isSameAddress(linkLocalOf('52:54:00:aa:bb:cc'), 'fe80::5054:ff:feaa:bbcc/64'))
  t.ok(isSameAddress(linkLocalOf('02:2c:39:c3:d5:37'), 'fe80::2c:39ff:fec3:d537/64'))
  t.end()
})

t.test('what ip says of an interface', (t) => {
  const output = JSON.stringify([
    {},
    {
      ifindex: 2,
      flags: ['BROADCAST', 'UP'],
      address: '52:54:00:00:00:01',
      addr_info: [
        { family: 'inet', local: '10.77.0.10', prefixlen: 24, scope: 'global' },
        { family: 'inet', local: '169.254.1.1', prefixlen: 16, scope: 'link' },
        { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
      ],
    },
  ])
  t.same(parseInterface('eth0', output), {
    name: 'eth0',
    index: 2,
    macAddress: '52:54:00:00:00:01',
    isUp: true,
    addresses: [...global('10.77.0.10/24', '169.254.1.1/16'), { address: 'fe80::1/64', isLinkLocal: true }],
  })
  t.throws(() => parseInterface('eth0', '{}'))
  t.end()
})
