import fc from 'fast-check'
import t from 'tap'
import { encodeFreezing, encodePlan } from '../../../agent/adopter/plan.ts'
import { parseProgress } from '../../../agent/adopter/progress.ts'
import { adoptLine, longestLine, parseAnswer } from '../../../proto/adopter.ts'

t.test('whatever is in a plan, each line is one word and hexadecimal fields', (t) => {
  const text = fc.string({ unit: 'binary' })
  const action = fc.record({ do: fc.constant('write' as const), path: text, data: text })
  const item = fc.record({
    name: text,
    isRequired: fc.boolean(),
    done: fc.boolean(),
    detail: text,
    actions: fc.array(action),
  })
  const children = fc.array(fc.record({ name: text, items: fc.array(item), resume: fc.array(action) }))
  fc.assert(
    fc.property(text, children, fc.array(text), (operation, planned, cgroups) => {
      const told =
        encodePlan({ operation, children: planned }) +
        encodeFreezing({
          processes: [1, 2],
          infrastructure: cgroups,
          cgroups: cgroups.map((path) => ({ path, folder: path, wasFrozen: false })),
        })
      const lines = told.split('\n')
      return (
        lines.pop() === '' &&
        lines.at(-1) === 'listen' &&
        lines.every((line) => /^[a-z]+(\t[0-9a-f]*)*$/.test(line)) &&
        lines.filter((line) => line.startsWith('write\t')).length ===
          planned.flatMap(({ items, resume }) => [...items.flatMap(({ actions }) => actions), ...resume])
            .length
      )
    }),
  )
  t.end()
})

t.test('an order fits into a line, the longest there can be too', (t) => {
  const name = 'a'.repeat(63)
  const order = {
    operation: 'o'.repeat(100),
    child: name,
    entropy: Buffer.alloc(64),
    wallClockMicroseconds: 1e16,
  }
  t.ok(adoptLine(order).length < longestLine)
  t.end()
})

t.test('only what an adopter says is an answer', (t) => {
  t.same(parseAnswer('adopted'), { kind: 'adopted' })
  t.same(parseAnswer('frozen'), { kind: 'frozen' })
  t.same(parseAnswer('resumed'), { kind: 'resumed' })
  t.same(parseAnswer('failed\tnetwork\tno such device'), {
    kind: 'failed',
    item: 'network',
    reason: 'no such device',
  })
  fc.assert(
    fc.property(
      fc.string(),
      (line) => parseAnswer(line) === undefined || /^(frozen|adopted|resumed|failed)(\t|$)/.test(line),
    ),
  )
  t.end()
})

t.test('a file that is not whole is no progress', (t) => {
  const whole = 'child\tfront\nitem\tnetwork\t1\t12.5\teth0 has 10.0.0.1/24\nadopted\n'
  t.same(parseProgress(whole), {
    child: 'front',
    items: [{ item: 'network', done: true, milliseconds: 12.5, detail: 'eth0 has 10.0.0.1/24' }],
    isResumed: false,
  })
  t.equal(parseProgress(`${whole}resumed\n`)?.isResumed, true)
  for (let length = 0; length < whole.length - 1; length++) {
    t.equal(parseProgress(whole.slice(0, length)), undefined)
  }
  t.end()
})
