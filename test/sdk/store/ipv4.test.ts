import fc from 'fast-check'
import t from 'tap'
import { formatIpv4, parseIpv4, parseSubnet } from '../../../sdk/store/ipv4.ts'

t.test('an address is the same after a round trip', async () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 32 - 1 }), (number) => parseIpv4(formatIpv4(number)) === number))
  fc.assert(fc.property(fc.ipV4(), (text) => formatIpv4(parseIpv4(text) ?? -1) === text))
})

t.test('a subnet holds its own address', async (t) => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 8, max: 30 }), (address, prefixLength) => {
      const subnet = parseSubnet(`${address}/${prefixLength}`)
      if (!subnet) return false
      const { network, broadcast } = subnet
      return network <= subnet.address && subnet.address <= broadcast && network % 4 === 0
    }),
  )
  t.match(parseSubnet('192.168.7.9/22'), {
    network: parseIpv4('192.168.4.0'),
    broadcast: parseIpv4('192.168.7.255'),
  })
})

t.test('what is no address', async (t) => {
  for (const text of ['', '1.2.3', '1.2.3.256', ' 1.2.3.4', '1.2.3.4\n', '::1'])
    t.equal(parseIpv4(text), undefined)
  for (const text of ['1.2.3.4', '1.2.3.4/', '1.2.3.4/33', '1.2.3.4/-1', '1.2.3.4/24 dev lo']) {
    t.equal(parseSubnet(text), undefined, text)
  }
})
