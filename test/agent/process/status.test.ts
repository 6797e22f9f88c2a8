import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { parseStatus } from '../../../agent/process/status.ts'

function statusText(fields: {
  name: string
  state: string
  parentPid: number
  tracerPid: number
  userId: number
  kilobytes: number
  slots: number
  threads: number
  voluntary: number
  involuntary: number
}): string {
  // The kernel escapes these two in the name.
  const name = fields.name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return [
    `Name:\t${name}`,
    'Umask:\t0022',
    `State:\t${fields.state} (sleeping)`,
    'Tgid:\t812',
    `PPid:\t${fields.parentPid}`,
    `TracerPid:\t${fields.tracerPid}`,
    `Uid:\t0\t${fields.userId}\t7\t8`,
    'Gid:\t1\t2\t3\t4',
    `FDSize:\t${fields.slots}`,
    'Groups:\t24 25 ',
    `VmRSS:\t  ${fields.kilobytes} kB`,
    `Threads:\t${fields.threads}`,
    `voluntary_ctxt_switches:\t${fields.voluntary}`,
    `nonvoluntary_ctxt_switches:\t${fields.involuntary}`,
    '',
  ].join('\n')
}

const anyFields = fc.record({
  name: fc.oneof(fc.string({ maxLength: 15 }), fc.constantFrom('a\nUid:\t0\t0', '\tUid:\t9\t9', 'State:\tR')),
  state: fc.constantFrom(...'RSDTt'),
  parentPid: fc.nat(4_194_304),
  tracerPid: fc.nat(4_194_304),
  userId: fc.nat(2 ** 31),
  kilobytes: fc.nat(),
  slots: fc.nat(1_000_000),
  threads: fc.integer({ min: 1, max: 1000 }),
  voluntary: fc.nat(),
  involuntary: fc.nat(),
})

t.test('every field comes back, whatever the name of the process', (t) => {
  fc.assert(
    fc.property(anyFields, (fields) => {
      const { parentPid, tracerPid, userId, kilobytes, slots, threads, voluntary, involuntary } = fields
      const isResting = threads === 1 && fields.state !== 'R'
      return t.match(parseStatus(statusText(fields)), {
        parentPid,
        tracerPid,
        userId,
        memoryBytes: kilobytes * 1024,
        descriptorSlots: slots,
        restingSince: isResting ? voluntary + involuntary : undefined,
      })
    }),
  )
  t.end()
})

t.test('a text that is cut off gives nothing, any text no error', (t) => {
  fc.assert(
    fc.property(anyFields, fc.double({ min: 0, max: 0.999, noNaN: true }), (fields, part) => {
      const text = statusText(fields)
      return parseStatus(text.slice(0, Math.floor(part * text.length))) === undefined
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void parseStatus(text)))
  t.end()
})

t.test('the kernel agrees', (t) => {
  const own = parseStatus(readFileSync('/proc/self/status', 'utf8'))
  const name = readFileSync('/proc/self/comm', 'utf8').trim()
  t.match(own, { name, parentPid: process.ppid, userId: process.geteuid?.(), tracerPid: 0 })
  t.ok((own?.memoryBytes ?? 0) > 10_000_000)
  // It runs while it reads this.
  t.equal(own?.restingSince, undefined)
  t.end()
})
