import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t from 'tap'
import { createNotifier } from '../../dns/transfer/notifier.ts'
import { readSoa } from '../../dns/zone/soa.ts'
import { type Message, messageBytes, readMessage } from '../../proto/dns/message.ts'
import { sampleZone } from './support/sample-zone.ts'

t.test(
  'a change that comes while another is told is told as well, and one that is not answered again',
  async (t) => {
    const secondary = createSocket('udp4').bind(0, '127.0.0.1')
    t.teardown(() => secondary.close())
    await once(secondary, 'listening')
    const next = async (): Promise<{ message: Message; answer(): void }> => {
      const [bytes, from] = await once(secondary, 'message', { signal: AbortSignal.timeout(10_000) })
      const message = readMessage(bytes)
      const answer = (): void =>
        secondary.send(messageBytes({ ...message, response: true }), from.port, from.address)
      return { message, answer }
    }
    const zone = sampleZone()
    const notifier = createNotifier({
      zones: new Map([[zone.origin, zone]]),
      secondariesOf: () => [{ address: '127.0.0.1', port: secondary.address().port }],
      nowSeconds: () => 0,
      log: () => {},
    })
    t.teardown(notifier.close)
    notifier.changed('no.zone.')
    notifier.changed(zone.origin)
    const first = await next()
    t.match(first.message, { opcode: 4, authoritative: true, questions: [{ name: zone.origin, type: 6 }] })
    t.equal(readSoa(first.message.answers[0]?.data ?? Buffer.alloc(0)).serial, 7)
    notifier.changed(zone.origin)
    notifier.changed(zone.origin)
    const again = await next()
    t.equal(again.message.opcode, 4, 'not answered, so it is told again')
    const second = next()
    again.answer()
    const later = await second
    later.answer()
    await t.rejects(once(secondary, 'message', { signal: AbortSignal.timeout(700) }), 'both changes at once')
  },
)
