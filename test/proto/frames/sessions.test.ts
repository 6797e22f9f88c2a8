import fc from 'fast-check'
import t from 'tap'
import { createAcceptor } from '../../../proto/frames/acceptor.ts'
import { abortFrame, createCounters, everySession } from '../../../proto/frames/counters.ts'
import type { Frame } from '../../../proto/frames/frame.ts'
import { greet, greetedVersion } from '../../../proto/frames/greeting.ts'
import { createOpener, type OpenerAction } from '../../../proto/frames/opener.ts'

const version = 3
const payload = (text: string) => Buffer.from(text)
const data = (session: bigint, sequence: number, text = 'x'): Frame => ({
  type: 'data',
  session,
  sequence,
  payload: payload(text),
})
const did = (actions: readonly { do: string }[]) => actions.map((action) => action.do)

t.test('the agent begins a session at its first open and only repeats the acceptance', (t) => {
  const acceptor = createAcceptor(version)
  t.same(did(acceptor.receive(greet('open', 1n, version))), ['send', 'begin'])
  t.same(did(acceptor.receive(greet('open', 1n, version))), ['send'])
  t.match(acceptor.receive(data(1n, 1, 'a')), [{ do: 'deliver', payload: payload('a') }])
  t.end()
})

t.test('a new open ends the old session, whose stale bytes are dropped', (t) => {
  const acceptor = createAcceptor(version)
  acceptor.receive(greet('open', 1n, version))
  t.same(did(acceptor.receive(greet('open', 2n, version))), ['end', 'send', 'begin'])
  t.same(acceptor.receive(data(1n, 1)), [])
  t.same(acceptor.receive(abortFrame(1n)), [])
  t.match(acceptor.receive(data(2n, 1, 'b')), [{ do: 'deliver', payload: payload('b') }])
  t.end()
})

t.test('a gap or a repetition ends the session, and tells the host', (t) => {
  for (const sequence of [0, 2, 9]) {
    const acceptor = createAcceptor(version)
    acceptor.receive(greet('open', 1n, version))
    const actions = acceptor.receive(data(1n, sequence))
    t.same(did(actions), ['send', 'end'])
    t.match(actions[0], { frame: { type: 'close', session: 1n } })
    t.same(acceptor.receive(data(1n, 1)), [], 'it stays ended')
    t.same(did(acceptor.receive(greet('open', 1n, version))), ['send'], 'and is not begun again')
  }
  t.end()
})

t.test('an agent that restarted tells the host of the old session once', (t) => {
  const acceptor = createAcceptor(version)
  t.match(acceptor.receive(data(7n, 12)), [{ do: 'send', frame: { type: 'close', session: 7n } }])
  t.same(acceptor.receive(data(7n, 13)), [])
  t.end()
})

t.test('another protocol version is refused with the own one', (t) => {
  const acceptor = createAcceptor(version)
  const refusal = greet('refuse', 1n, version)
  t.same(acceptor.receive(greet('open', 1n, version + 1)), [{ do: 'send', frame: refusal }])
  t.equal(greetedVersion(refusal), version)

  const opener = createOpener({ session: 1n, version: version + 1 })
  t.same(opener.receive(refusal), { do: 'refused', version })
  t.equal(opener.receive(greet('accept', 1n, version)), undefined, 'nothing comes after it')
  t.end()
})

t.test('an open without a version is refused', (t) => {
  const acceptor = createAcceptor(version)
  const actions = acceptor.receive({ type: 'open', session: 1n, sequence: 0, payload: Buffer.alloc(0) })
  t.match(actions, [{ do: 'send', frame: { type: 'refuse' } }])
  t.end()
})

t.test('the host begins once, and takes a close in turn as the end', (t) => {
  const opener = createOpener({ session: 1n, version })
  t.equal(opener.receive(greet('accept', 2n, version)), undefined, 'the acceptance of another session')
  t.match(opener.receive(greet('accept', 1n, version)), { do: 'begin' })
  t.equal(opener.receive(greet('accept', 1n, version)), undefined, 'a repeated one')
  t.match(opener.receive(data(1n, 1, 'a')), { do: 'deliver', payload: payload('a') })
  t.same(opener.receive({ type: 'close', session: 1n, sequence: 2, payload: payload('') }), { do: 'end' })
  t.equal(opener.receive(data(1n, 3)), undefined)
  t.end()
})

t.test('the host tells a session that was given up from one that ended', (t) => {
  const opener = createOpener({ session: 1n, version })
  opener.receive(greet('accept', 1n, version))
  t.match(opener.receive(abortFrame(1n)), { do: 'end', reason: /gave the session up/ })
  t.end()
})

t.test('an agent that starts ends the session of the one before it, and no opening', (t) => {
  const opener = createOpener({ session: 1n, version })
  t.equal(opener.receive(abortFrame(everySession)), undefined)
  opener.receive(greet('accept', 1n, version))
  t.match(opener.receive(abortFrame(everySession)), { do: 'end', reason: /restarted/ })
  t.equal(opener.receive(createCounters(1n).send('data', payload('late'))), undefined)
  t.end()
})

t.test('whatever frames come, no session delivers what is not its own next frame', (t) => {
  const frame = fc.record({
    type: fc.constantFrom<Frame['type']>('open', 'open', 'data', 'data', 'data', 'close', 'accept', 'refuse'),
    session: fc.bigInt({ min: 1n, max: 3n }),
    sequence: fc.integer({ min: 0, max: 4 }),
  })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 60 }), (frames) => {
      const acceptor = createAcceptor(version)
      let current: bigint | undefined
      let next = 1
      for (const { type, session, sequence } of frames) {
        const sent =
          type === 'data' ? data(session, sequence, `${session}:${sequence}`) : greet(type, session, version)
        for (const action of acceptor.receive({ ...sent, sequence })) {
          if (action.do === 'begin') {
            if (current !== undefined) throw new Error('began before the last one ended')
            current = action.counters.session
            next = 1
          }
          if (action.do === 'end') current = undefined
          if (action.do === 'deliver') {
            const expected = `${current}:${next++}`
            if (action.payload.toString() !== expected) throw new Error(`delivered ${action.payload}`)
          }
        }
      }
    }),
    { numRuns: 500 },
  )
  t.pass('for every sequence of frames')
  t.end()
})

t.test('a host and an agent agree on what was carried, whatever stale frames are between', (t) => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('host' as const), text: fc.string() }),
    fc.record({
      kind: fc.constant('stale' as const),
      sequence: fc.nat(3),
      session: fc.bigInt({ min: 5n, max: 9n }),
    }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const acceptor = createAcceptor(version)
      const opener = createOpener({ session: 1n, version })
      acceptor.receive(opener.open)
      const begun = opener.receive(greet('accept', 1n, version)) as OpenerAction & { do: 'begin' }
      const carried: string[] = []
      for (const one of steps) {
        const frame =
          one.kind === 'host'
            ? begun.counters.send('data', payload(one.text))
            : data(one.session, one.sequence, 'stale')
        for (const action of acceptor.receive(frame)) {
          if (action.do === 'deliver') carried.push(action.payload.toString())
        }
        if (one.kind === 'stale' && opener.receive(frame) !== undefined) return false
      }
      const sent = steps.flatMap((one) => (one.kind === 'host' ? [payload(one.text).toString()] : []))
      return JSON.stringify(carried) === JSON.stringify(sent)
    }),
  )
  t.pass('for every mixture')
  t.end()
})
