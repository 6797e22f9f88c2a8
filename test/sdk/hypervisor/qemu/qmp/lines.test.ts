import fc from 'fast-check'
import t from 'tap'
import { createLineSplitter } from '../../../../../sdk/hypervisor/qemu/qmp/lines.ts'

t.test('lines are the same wherever the stream was cut', async () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''))
  fc.assert(
    fc.property(
      fc.array(line),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (lines, sizes) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\r\n`).join(''))
        const splitter = createLineSplitter({ longest: 10_000 })
        const found: string[] = []
        for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          found.push(...splitter.push(bytes.subarray(start, start + size)))
          start += size
        }
        return JSON.stringify(found) === JSON.stringify(lines)
      },
    ),
  )
})

t.test('a line has a bound, however it comes', async (t) => {
  const whole = createLineSplitter({ longest: 4 })
  t.strictSame(whole.push(Buffer.from('1234\n12')), ['1234'])
  t.throws(() => whole.push(Buffer.from('345\n')), RangeError)
})
