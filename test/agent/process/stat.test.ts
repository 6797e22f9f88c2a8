import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { hasEnded, parseStat } from '../../../agent/process/stat.ts'

const kernelThreadFlag = 0x20_0000

interface Fields {
  pid: number
  name: string
  state: string
  parentPid: number
  sessionId: number
  flags: number
  user: number
  system: number
  threads: number
  startTicks: number
}

/** As fs/proc/array.c writes it. */
function statText(fields: Fields): string {
  const { pid, name, state, parentPid, sessionId, flags, user, system, threads, startTicks } = fields
  const from3 = [state, parentPid, 1, sessionId, 0, -1, flags, 9, 9, 9, 9, user, system, 7, 7, 20, 0, threads]
  return `${pid} (${name}) ${[...from3, 0, startTicks, 4096, 1, ...Array(28).fill(3)].join(' ')}\n`
}

const anyFields = fc.record({
  pid: fc.nat(4_194_304),
  // What prctl(PR_SET_NAME) takes: anything but a zero byte.
  name: fc.oneof(fc.string({ maxLength: 15 }), fc.constantFrom(') S 1 2 3', '((', '))', 'a\nb', '', ' ')),
  state: fc.constantFrom(...'RSDZTtXI'),
  parentPid: fc.nat(4_194_304),
  sessionId: fc.nat(4_194_304),
  flags: fc.nat(0xffff_ffff),
  user: fc.nat(),
  system: fc.nat(),
  threads: fc.nat(10_000),
  startTicks: fc.nat(2 ** 31),
})

t.test('every field comes back, whatever the name of the process', (t) => {
  fc.assert(
    fc.property(anyFields, (fields) => {
      const { name, state, parentPid, sessionId, flags, user, system, threads, startTicks } = fields
      const isKernelThread = Math.floor(flags / kernelThreadFlag) % 2 === 1
      const expected = { name, state, parentPid, sessionId, isKernelThread, cpuTicks: user + system, threads }
      return t.same(parseStat(statText(fields)), { ...expected, startTicks })
    }),
  )
  t.end()
})

t.test('a text that is cut off anywhere gives nothing, or what the whole text gives', (t) => {
  fc.assert(
    fc.property(anyFields, fc.double({ min: 0, max: 1, noNaN: true }), (fields, part) => {
      const text = statText({ ...fields, name: 'sh' })
      const cut = parseStat(text.slice(0, Math.floor(part * text.length)))
      if (cut !== undefined) t.same(cut, parseStat(text))
    }),
  )
  t.equal(parseStat(''), undefined)
  t.equal(parseStat('812 (sh'), undefined)
  t.end()
})

t.test('any text is read without an error', (t) => {
  fc.assert(fc.property(fc.string(), (text) => void parseStat(text)))
  t.end()
})

t.test('the kernel agrees', (t) => {
  const own = parseStat(readFileSync('/proc/self/stat', 'utf8'))
  t.match(own, { parentPid: process.ppid, isKernelThread: false, state: 'R' })
  t.equal(own !== undefined && hasEnded(own), false)
  const daemon = parseStat(readFileSync('/proc/2/stat', 'utf8'))
  t.match(daemon, { name: 'kthreadd', isKernelThread: true })
  t.end()
})

t.test('a zombie has ended, unless other threads of it go on', (t) => {
  const base = { pid: 1, name: 'a', parentPid: 1, sessionId: 1, flags: 0, user: 0, system: 0, startTicks: 1 }
  const ended = (state: string, threads: number) => {
    const stat = parseStat(statText({ ...base, state, threads }))
    return stat !== undefined && hasEnded(stat)
  }
  t.same([ended('Z', 1), ended('X', 0), ended('Z', 3), ended('S', 1)], [true, true, false, false])
  t.end()
})
