import fc from 'fast-check'
import t from 'tap'
import { edgesOf, mostEdges } from '../../../../agent/group/coupling/edges.ts'
import { printable } from '../../../../agent/group/coupling/printable.ts'
import type { Tie } from '../../../../agent/group/coupling/ties.ts'
import { createTies } from '../../../../agent/group/coupling/ties.ts'
import { createUnion } from '../../../../agent/group/union.ts'
import { Channel } from '../../../../proto/generated/messages.ts'
import { anyTies, sampleProcess } from '../sample-facts.ts'

const channel = Channel.CHANNEL_PIPE

t.test('edges join exactly what ties join', (t) => {
  fc.assert(
    fc.property(anyTies, (ties) => {
      const [byTies, byEdges] = [createUnion(), createUnion()]
      for (const { holders } of ties)
        for (const { id } of holders) byTies.join(holders[0]?.id?.pid ?? 0, id?.pid ?? 0)
      for (const { from, to } of edgesOf(ties)) byEdges.join(from?.pid ?? 0, to?.pid ?? 0)
      const pids = ties.flatMap(({ holders }) => holders.map(({ id }) => id?.pid ?? 0))
      return pids.every((pid) => byTies.find(pid) === byEdges.find(pid))
    }),
  )
  t.end()
})

t.test('there is one edge for each pair and channel, and none from a process to itself', (t) => {
  fc.assert(
    fc.property(anyTies, (ties) => {
      const edges = edgesOf(ties)
      const keys = edges.map(({ from, to, channel }) => [channel, ...[from?.pid, to?.pid].sort()].join())
      return new Set(keys).size === keys.length && edges.every(({ from, to }) => from?.pid !== to?.pid)
    }),
  )
  t.end()
})

t.test('five hundred processes of one unit are 499 edges', (t) => {
  const holders = Array.from({ length: 500 }, (_, index) => sampleProcess(index + 1))
  t.equal(edgesOf([{ channel, evidence: 'unit shop.service', holders }]).length, 499)
  t.end()
})

t.test('of too many edges, those are kept that show who is joined', (t) => {
  const processes = Array.from({ length: 3000 }, (_, index) => sampleProcess(index + 1))
  const ties = [
    Channel.CHANNEL_PIPE,
    Channel.CHANNEL_FIFO,
    Channel.CHANNEL_UNIT,
    Channel.CHANNEL_SESSION,
  ].map((one): Tie => ({ channel: one, evidence: 'all', holders: processes }))
  const last: Tie = { channel, evidence: 'last', holders: [sampleProcess(4000), sampleProcess(4001)] }
  const edges = edgesOf([...ties, last])
  t.equal(edges.length, mostEdges)
  t.equal(edges.at(-1)?.evidence, 'last')
  t.same(edgesOf([...ties, last]), edges)
  t.end()
})

t.test('a tie of one process is none', (t) => {
  const ties = createTies(channel)
  ties.add([], 'nobody')
  ties.add([sampleProcess(1)], 'one')
  const twice = sampleProcess(2)
  ties.add([twice, twice], 'itself')
  t.same(ties.list(), [])
  t.end()
})

t.test('evidence never moves a cursor, and is never long', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const shown = printable(text)
      return !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(shown) && shown.isWellFormed() && shown.length < 2000
    }),
  )
  t.equal(printable('a\nb\x1b[31m\u202e'), 'a\\u{a}b\\u{1b}[31m\\u{202e}')
  t.equal(printable('/srv/shop äöü'), '/srv/shop äöü')
  t.end()
})
