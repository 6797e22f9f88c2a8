import fc from 'fast-check'
import t from 'tap'
import { type Peers, readProxyHeader } from '../../proxy/proxy-protocol/read.ts'
import { writeProxyHeader } from '../../proxy/proxy-protocol/write.ts'

const port = fc.nat(65_535)
const peersOf = (address: fc.Arbitrary<string>): fc.Arbitrary<Peers> =>
  fc.record({
    source: fc.record({ address, port }),
    destination: fc.record({ address, port }),
  })
const peers = fc.oneof(peersOf(fc.ipV4()), peersOf(fc.ipV6()))
const version = fc.constantFrom('V1' as const, 'V2' as const)
const canonical = (address: string) =>
  address.includes(':') ? new URL(`http://[${address}]`).hostname : address

t.test('what one side writes the other reads, and no byte beyond', (t) => {
  fc.assert(
    fc.property(peers, version, fc.uint8Array({ maxLength: 20 }), (peers, version, rest) => {
      const header = writeProxyHeader(version, peers)
      const read = readProxyHeader(Buffer.concat([header, rest]))
      if (typeof read === 'string' || read.length !== header.length || read.peers === undefined) return false
      for (let length = 0; length < header.length; length++) {
        if (readProxyHeader(header.subarray(0, length)) !== 'more') return false
      }
      const { source, destination } = read.peers
      return (
        source.port === peers.source.port &&
        destination.port === peers.destination.port &&
        canonical(source.address) === canonical(peers.source.address) &&
        canonical(destination.address) === canonical(peers.destination.address)
      )
    }),
  )
  t.pass('for all')
  t.end()
})

t.test('a connection of nobody', (t) => {
  for (const version of ['V1', 'V2'] as const) {
    const header = writeProxyHeader(version, undefined)
    t.same(readProxyHeader(header), { length: header.length, peers: undefined })
  }
  t.end()
})

t.test('the examples of the specification', (t) => {
  const one = Buffer.from('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET / HTTP/1.1\r\n')
  t.match(readProxyHeader(one), { length: 47, peers: { source: { address: '192.168.0.1', port: 56_324 } } })
  t.match(readProxyHeader(Buffer.from('PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n')), {
    length: 35,
    peers: undefined,
  })
  const two = '0d0a0d0a000d0a515549540a' + '2111000c' + '7f000001' + '7f000002' + '1f90' + '0050'
  t.match(readProxyHeader(Buffer.from(two, 'hex')), {
    length: 28,
    peers: { source: { address: '127.0.0.1', port: 8080 }, destination: { address: '127.0.0.2', port: 80 } },
  })
  t.end()
})

t.test('whatever else comes is no header', (t) => {
  const wrong = ['GET / HTTP/1.1\r\n', 'PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n', 'PROXY TCP4 ::1 ::2 1 2\r\n']
  wrong.push(
    'PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n',
    'PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n',
    `PROXY ${'a'.repeat(200)}`,
  )
  for (const text of wrong) t.equal(readProxyHeader(Buffer.from(text)), 'wrong', text)
  const whole = writeProxyHeader('V2', undefined)
  fc.assert(
    fc.property(fc.nat(15), fc.nat(255), fc.uint8Array({ maxLength: 40 }), (at, byte, rest) => {
      const header = Buffer.concat([whole, rest])
      header[at] = byte
      const read = readProxyHeader(header)
      return typeof read === 'string' || read.length <= header.length
    }),
    { numRuns: 1000 },
  )
  t.end()
})
