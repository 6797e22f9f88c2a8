/** DNS servers of Debian's, led by signed updates. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import type { RouteState } from '../../../sdk/routes/definition.ts'
import { dnsUpdatePublisher } from '../../../sdk/routes/dns-update/publisher.ts'
import { shortFolder } from '../hypervisor/qemu/short-folder.ts'
import { definitionOf } from './support/definition.ts'
import { dnsServers } from './support/dns-servers.ts'

const definition = definitionOf({
  naming: {
    names: ['shop.example.org', '*.shop.example.org'],
    ttlSeconds: 3,
    service: '_http._tcp.example.org',
  },
})

function state(number: number, ...addresses: string[]): RouteState {
  return {
    definition,
    number,
    backends: addresses.map((address) => ({ address, port: 8080, machine: 'front' })),
  }
}

for (const [server, startServer] of Object.entries(dnsServers)) {
  t.test(server, async (t) => {
    const { resolver, definition: peer } = await startServer(t)
    await using publisher = dnsUpdatePublisher('zone', peer)
    await publisher.check(definition, 1)
    t.same(await publisher.list([definition]), [])

    await t.test('names have the addresses of the backends, and others after a change', async (t) => {
      await publisher.put(state(10, '10.77.0.11'))
      t.same(await resolver.resolve4('shop.example.org', { ttl: true }), [{ address: '10.77.0.11', ttl: 3 }])
      t.same(await resolver.resolve4('any.shop.example.org'), ['10.77.0.11'])
      t.match(await resolver.resolveSrv('_http._tcp.example.org'), [
        { name: 'shop.example.org', port: 8080, priority: 0, weight: 0 },
      ])
      t.equal(await publisher.hold(state(11), { drainMilliseconds: 10_000 }), 0, 'nothing can wait')
      await publisher.switch(state(12, '10.77.0.12', '10.77.0.13', 'fd00::12'))
      t.same((await resolver.resolve4('shop.example.org')).sort(), ['10.77.0.12', '10.77.0.13'])
      t.same(await resolver.resolve6('shop.example.org'), ['fd00::12'])
      await publisher.release(state(13))
      const [listed] = await publisher.list([definition])
      t.same(listed?.number, 12)
      t.same(listed?.backends.map(({ address }) => address).sort(), ['10.77.0.12', '10.77.0.13', 'fd00::12'])
    })

    await t.test('a late change changes nothing', async (t) => {
      await t.rejects(publisher.switch(state(12, '10.77.0.99')), { code: 'CHANGE_LATE' })
      await t.rejects(publisher.put(state(5, '10.77.0.99')), { code: 'CHANGE_LATE' })
      t.same((await resolver.resolve4('shop.example.org')).sort(), ['10.77.0.12', '10.77.0.13'])
    })

    await t.test('of many changes at the same time the highest number stays', async (t) => {
      const numbers = [24, 21, 25, 22, 23]
      const results = await Promise.allSettled(
        numbers.map((number) => publisher.switch(state(number, `10.77.0.${number}`))),
      )
      t.equal(results[2]?.status, 'fulfilled')
      t.same(await resolver.resolve4('shop.example.org'), ['10.77.0.25'])
      for (const result of results)
        if (result.status === 'rejected') t.match(result.reason, { code: 'CHANGE_LATE' })
    })

    await t.test('a deleted route has no names, and its number stays', async (t) => {
      await publisher.delete(state(30))
      await t.rejects(resolver.resolve4('shop.example.org'), /ENODATA|ENOTFOUND/)
      await t.rejects(resolver.resolveSrv('_http._tcp.example.org'), /ENODATA|ENOTFOUND/)
      await t.rejects(publisher.put(state(29, '10.77.0.99')), { code: 'CHANGE_LATE' })
      await publisher.put(state(31, '10.77.0.11'))
      t.same(await resolver.resolve4('shop.example.org'), ['10.77.0.11'])
    })

    await t.test('without the right key nothing is changed', async (t) => {
      const file = join(shortFolder(t), 'secret')
      writeFileSync(file, randomBytes(32).toString('base64'))
      const other = dnsUpdatePublisher('zone', { ...peer, key: { ...peer.key, file } })
      await t.rejects(other.put(state(50, '10.77.0.66')))
      const stranger = dnsUpdatePublisher('zone', { ...peer, key: { ...peer.key, name: 'stranger' } })
      await t.rejects(stranger.put(state(51, '10.77.0.66')))
      t.same(await resolver.resolve4('shop.example.org'), ['10.77.0.11'])
    })

    await t.test('a zone that it does not have', async (t) => {
      const other = dnsUpdatePublisher('zone', { ...peer, zone: 'example.net' })
      await t.rejects(other.check(definition, 1))
    })
  })
}

t.test('a server that is not there, is mute, or answers nonsense', async (t) => {
  const file = join(shortFolder(t), 'secret')
  const key = { name: 'cleave', algorithm: 'hmac-sha256' as const, file }
  const at = (port: number) =>
    dnsUpdatePublisher('zone', { kind: 'dns-update', server: `127.0.0.1:${port}`, zone: 'example.org', key })
  await t.rejects(at(1).check(definition, 1), { code: 'NO_KEY' })
  writeFileSync(file, 'short')
  await t.rejects(at(1).check(definition, 1), { code: 'NO_KEY' })
  writeFileSync(file, randomBytes(32).toString('base64'))
  await t.rejects(at(1).check(definition, 1), { code: 'PUBLISHER_UNREACHABLE' })

  const answers: Record<string, (question: Buffer) => Buffer | undefined> = {
    mute: () => undefined,
    nonsense: () => Buffer.from([0, 4, 1, 2, 3, 4]),
    // The question itself with the bit of answers, which nobody has signed.
    forged: (question) => {
      const answer = Buffer.from(question)
      answer.writeUInt8(answer.readUInt8(4) | 0x80, 4)
      return answer
    },
  }
  const codes = { mute: 'PUBLISHER_SILENT', nonsense: 'PUBLISHER_SILENT', forged: 'PUBLISHER_UNTRUSTED' }
  for (const [kind, code] of Object.entries(codes)) {
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .on('data', (question) => {
          const answer = answers[kind]?.(question)
          if (answer !== undefined) socket.write(answer)
        }),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await t.rejects(at(port).check(definition, 1), { code }, kind)
  }
})
