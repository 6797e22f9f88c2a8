import fc from 'fast-check'
import t from 'tap'
import { BusyError } from '../../../../proto/errors.ts'
import { type Sample, topDocument } from '../../../../sdk/cli/documents/top.ts'
import { plain } from '../../../../sdk/cli/render/look.ts'
import { textWidth } from '../../../../sdk/cli/render/text-width.ts'
import { topTable } from '../../../../sdk/cli/render/top-table.ts'
import { machineRecord } from '../../store/machine-record.ts'
import { group } from '../guest.ts'

const mebibyte = 2 ** 20
const memory = { proportionalBytes: 160 * mebibyte, ownBytes: 60 * mebibyte, sharedBytes: 200 * mebibyte }
const busy = new BusyError({
  code: 'MACHINE_BUSY',
  message: 'whole is in the middle of split-1',
  remedy: 'Wait.',
})
const seen: Sample[] = [
  {
    machine: machineRecord({ name: 'front', parent: 'whole', state: 'running', cpus: 2 }),
    status: 'running',
    cpuCores: 1.25,
    memory,
    groups: [
      group({ name: 'shop' }),
      group({ name: 'idle', state: 'GROUP_STATE_STOPPED', cpuCores: 0, memoryBytes: 0 }),
    ],
  },
  {
    machine: machineRecord({ name: 'new', state: 'stopped' }),
    status: 'absent',
    cpuCores: null,
    memory: null,
    groups: null,
  },
  {
    machine: machineRecord({ name: 'whole', state: 'running' }),
    status: 'unknown',
    cpuCores: 0.5,
    memory,
    groups: null,
    error: busy,
  },
]
const document = topDocument({ at: 0, samples: seen })
const below = (text: string) => text.split('\n').slice(2)

t.test('machines, with their groups below them and what keeps something from being known', async (t) => {
  const text = topTable(document, plain)
  t.match(text.split('\n')[0], / {2}2 of 3 machines run {2}CPU 1\.75 of 3 {2}memory 320 MiB of 2 GiB$/)
  t.same(below(text), [
    'NAME     STATE     CPU  CPUS   MEMORY     OWN   SHARED    RAM  PARENT',
    'front    running  1.25     2  160 MiB  60 MiB  200 MiB  1 GiB  whole',
    '├─ shop  running  0.50         40 MiB',
    '└─ idle  stopped  0.00          0 MiB',
    'new      stopped     -     1        -       -        -  1 GiB',
    'whole    running  0.50     1  160 MiB  60 MiB  200 MiB  1 GiB',
    '└─ whole is in the middle of split-1 (MACHINE_BUSY)',
  ])
})

t.test('a narrow terminal leaves out what is in common and what is own', async (t) => {
  const [titles, first] = below(topTable(document, { ...plain, columns: 80 }))
  t.equal(titles, 'NAME     STATE     CPU  CPUS   MEMORY    RAM  PARENT')
  t.equal(first, 'front    running  1.25     2  160 MiB  1 GiB  whole')
})

t.test('in JSON', async (t) => {
  t.match(document, {
    at: '1970-01-01T00:00:00.000Z',
    machines: [
      { name: 'front', parent: 'whole', life: 'running', cpus: 2, cpuCores: 1.25, memory, error: null },
      { name: 'new', life: 'stopped', cpuCores: null, memory: null, groups: null },
      { name: 'whole', life: 'running', groups: null, error: { code: 'MACHINE_BUSY', remedy: 'Wait.' } },
    ],
  })
  t.same(document.machines[0]?.groups, [
    { name: 'shop', origin: 'declared', state: 'running', cpuCores: 0.5, memoryBytes: 40 * mebibyte },
    { name: 'idle', origin: 'declared', state: 'stopped', cpuCores: 0, memoryBytes: 0 },
  ])
})

t.test(
  'names of groups come from a guest: one line each, nothing that a terminal acts on, none too wide',
  async (t) => {
    const texts = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\x1b[2J', '数据库'.repeat(20), '\u202e')),
    )
    fc.assert(
      fc.property(texts, fc.integer({ min: 80, max: 250 }), (names, columns) => {
        const groups = names.map((name) => group({ name }))
        const error = new Error(names.join('\n'))
        const samples = seen.map((sample) => ({ ...sample, groups, error }))
        const lines = topTable(topDocument({ at: 0, samples }), { ...plain, columns }).split('\n')
        t.equal(lines.length, 3 + samples.length * (2 + names.length))
        for (const line of lines) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
          t.notMatch(line, /[\x00-\x1f\x7f-\x9f\u202e]/)
          t.ok(textWidth(line) <= columns, `${textWidth(line)} of ${columns}: ${line}`)
        }
      }),
      { numRuns: 100 },
    )
  },
)
