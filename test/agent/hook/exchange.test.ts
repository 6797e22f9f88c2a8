import fc from 'fast-check'
import t from 'tap'
import { createExchange } from '../../../agent/hook/exchange.ts'
import { longestAnswerLine } from '../../../proto/application.ts'

const bounds = { first: 10, whole: 60 }
const line = (answer: unknown) => Buffer.from(`${JSON.stringify(answer)}\n`)

t.test('an answer ends it, also when it comes in pieces', (t) => {
  const cut = fc.array(fc.integer({ min: 1, max: 5 }))
  const ends: [unknown, object][] = [
    [{ answer: 'ready' }, { outcome: 'HOOK_OUTCOME_DONE' }],
    [
      { answer: 'refuse', reason: 'a backup runs' },
      { outcome: 'HOOK_OUTCOME_REFUSED', detail: 'a backup runs' },
    ],
    [{ answer: 'refuse' }, { outcome: 'HOOK_OUTCOME_REFUSED', detail: 'no reason given' }],
    [{ answer: 'refuse', reason: 'red \x1b[31m' }, { detail: 'red \\u{1b}[31m' }],
    [{ answer: 'yes' }, { outcome: 'HOOK_OUTCOME_BROKEN' }],
    [{ answer: 'ready', and: 1 }, { outcome: 'HOOK_OUTCOME_BROKEN' }],
    [{ answer: 'wait', seconds: -1 }, { outcome: 'HOOK_OUTCOME_BROKEN' }],
    ['ready', { outcome: 'HOOK_OUTCOME_BROKEN' }],
  ]
  fc.assert(
    fc.property(fc.constantFrom(...ends), cut, ([answer, expected], sizes) => {
      const exchange = createExchange(0, bounds)
      let rest = Buffer.concat([line({ answer: 'wait', seconds: 1 }), line(answer)])
      let ending: unknown
      for (const size of [...sizes, rest.length]) {
        ending ??= exchange.take(rest.subarray(0, size), 1)
        rest = rest.subarray(size)
      }
      return t.match(ending, expected)
    }),
  )
  t.end()
})

t.test('time is given as often as it is asked for, never beyond the bound, and never taken back', (t) => {
  const asks = fc.array(
    fc.record({ after: fc.nat({ max: 9_000 }), seconds: fc.oneof(fc.nat({ max: 20 }), fc.constant(1e300)) }),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(asks, (given) => {
      const exchange = createExchange(1000, bounds)
      let now = 1000
      for (const { after, seconds } of given) {
        now += after
        const before = exchange.deadline()
        if (exchange.take(line({ answer: 'wait', seconds }), now) !== undefined) return false
        const deadline = exchange.deadline()
        const wanted = Math.min(61_000, now + seconds * 1000)
        if (deadline > 61_000 || deadline < before || deadline !== Math.max(before, wanted)) return false
      }
      return true
    }),
  )
  t.end()
})

t.test('no bytes of any kind make it throw or grow without bound', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3000 })), (chunks) => {
      const exchange = createExchange(0, bounds)
      const endings = chunks.map((chunk) => exchange.take(Buffer.from(chunk), 1))
      return endings.every((ending) => ending === undefined || ending.outcome === 'HOOK_OUTCOME_BROKEN')
    }),
  )
  const exchange = createExchange(0, bounds)
  t.match(exchange.take(Buffer.alloc(longestAnswerLine, 'x'), 1), {
    detail: /a line of more than 4096 bytes/,
  })
  const wait = line({ answer: 'wait', seconds: 1 })
  const patient = createExchange(0, bounds)
  let ending: unknown
  for (let count = 0; count < 10_000 && ending === undefined; count += 1) ending = patient.take(wait, 1)
  t.match(ending, { outcome: 'HOOK_OUTCOME_BROKEN', detail: /more than 65536 bytes/ })
  t.end()
})
