import fc from 'fast-check'
import t from 'tap'
import {
  blocksToRest,
  blocksToWake,
  type MemoryBlock,
  restingRanges,
} from '../../../agent/resource/memory-list.ts'
import { chooseProcessors, parseProcessorList } from '../../../agent/resource/processor-list.ts'

const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 1 })

/** As the kernel writes it. */
function format(processors: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const one of processors.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last[1] + 1 === one) last[1] = one
    else ranges.push([one, one])
  }
  return `${ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(',')}\n`
}

t.test('every list of the kernel is read', (t) => {
  fc.assert(
    fc.property(numbers, (processors) => {
      const read = parseProcessorList(format(processors))
      return read.length === processors.length && processors.every((one) => read.includes(one))
    }),
  )
  t.same(parseProcessorList('\n'), [])
  t.same(parseProcessorList('0-1,x,4-2,-3'), [0, 1], 'what is none of it is left out')
  t.end()
})

t.test('as many run as asked for, the first among them, and no more is changed than needed', (t) => {
  const states = numbers.chain((present) =>
    fc.record({
      present: fc.constant(present),
      online: fc.subarray(present),
      count: fc.integer({ min: 1, max: present.length }),
    }),
  )
  fc.assert(
    fc.property(states, ({ present, online, count }) => {
      const { wake, rest } = chooseProcessors({ present, online }, count)
      const runs = new Set([...online.filter((one) => !rest.includes(one)), ...wake])
      return (
        runs.size === count &&
        runs.has(Math.min(...present)) &&
        wake.every((one) => !online.includes(one)) &&
        rest.every((one) => online.includes(one))
      )
    }),
  )
  t.end()
})

const blockBytes = 128 << 20
const blocks: fc.Arbitrary<MemoryBlock[]> = fc.uniqueArray(
  fc.record({ index: fc.nat(200), isOnline: fc.boolean() }),
  { selector: ({ index }) => index },
)
const indexes = (of: readonly MemoryBlock[], isOnline: boolean) =>
  of.filter((one) => one.isOnline === isOnline).map(({ index }) => index)

t.test('all that rests is known, in ranges that do not touch', (t) => {
  fc.assert(
    fc.property(blocks, (found) => {
      const ranges = restingRanges(found, blockBytes)
      const covered = ranges.flatMap(({ address, bytes }) =>
        Array.from({ length: bytes / blockBytes }, (_, index) => address / blockBytes + index),
      )
      const touching = ranges.some(
        (range, index) => range.address + range.bytes === ranges[index + 1]?.address,
      )
      return !touching && JSON.stringify(covered) === JSON.stringify(blocksToWake(found))
    }),
  )
  t.end()
})

t.test('blocks wake from the lowest and rest from the ranges that are named, then from the highest', (t) => {
  const ranges = fc.array(fc.record({ first: fc.nat(200), count: fc.integer({ min: 1, max: 20 }) }), {
    maxLength: 3,
  })
  fc.assert(
    fc.property(blocks, ranges, (found, wanted) => {
      const from = wanted.map(({ first, count }) => ({
        address: first * blockBytes,
        bytes: count * blockBytes,
      }))
      const rank = (index: number) => {
        const at = wanted.findIndex(({ first, count }) => index >= first && index < first + count)
        return at < 0 ? wanted.length : at
      }
      const order = blocksToRest(found, from, blockBytes)
      return (
        order.length === indexes(found, true).length &&
        order.every((index, at) => {
          const next = order[at + 1]
          if (next === undefined) return true
          return rank(index) < rank(next) || (rank(index) === rank(next) && index > next)
        }) &&
        indexes(found, false).length === blocksToWake(found).length
      )
    }),
  )
  const online = [40, 41, 42].map((index) => ({ index, isOnline: true }))
  const half = [{ address: 41 * blockBytes, bytes: blockBytes / 2 }]
  t.same(blocksToRest(online, half, blockBytes), [42, 41, 40], 'only whole blocks count')
  t.end()
})
