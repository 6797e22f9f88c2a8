import fc from 'fast-check'
import t from 'tap'
import {
  parseProcessorTime,
  processorTime,
} from '../../../../../sdk/hypervisor/qemu/process/processor-time.ts'
import { machineRecord } from '../../../store/machine-record.ts'

const line = (name: string, state = 'S') =>
  `4711 (${name}) ${state} 1 4711 4711 0 -1 4194560 900 0 3 0 1234 66 0 0 20 0 5 0 880 900000 9000 18446744073709551615`

t.test('user and kernel mode together, whatever the process is called', async (t) => {
  const expected = { milliseconds: 13_000, process: { pid: 4711, startTicks: 880 } }
  t.same(parseProcessorTime(line('qemu-system-x86')), expected)
  fc.assert(
    fc.property(fc.string(), (name) => t.strictSame(parseProcessorTime(line(name)), expected)),
    { numRuns: 50 },
  )
})

t.test('nothing of a process that has ended, or of a text that is cut off', async (t) => {
  t.equal(parseProcessorTime(line('qemu', 'Z')), undefined)
  for (const text of ['', '4711 (qemu) S 1', '4711 (qemu']) t.equal(parseProcessorTime(text), undefined)
  t.equal(await processorTime(machineRecord({ directory: t.testdir() })), null)
})
