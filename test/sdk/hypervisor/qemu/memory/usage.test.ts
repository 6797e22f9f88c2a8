import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseMemoryUsage, usage } from '../../../../../sdk/hypervisor/qemu/memory/usage.ts'
import { machineRecord } from '../../../store/machine-record.ts'

t.test('what the kernel tells of a process', async (t) => {
  const text = `55a0-7ffe ---p 00000000 00:00 0                        [rollup]
Rss:              200000 kB
Pss:              120000 kB
Pss_Dirty:         90000 kB
Shared_Clean:      60000 kB
Shared_Dirty:      20000 kB
Private_Clean:     10000 kB
Private_Dirty:    110000 kB
`
  t.same(parseMemoryUsage(text), {
    proportionalBytes: 120_000 * 1024,
    ownBytes: 120_000 * 1024,
    sharedBytes: 80_000 * 1024,
  })
  t.same(parseMemoryUsage(''), { proportionalBytes: 0, ownBytes: 0, sharedBytes: 0 })
})

t.test('a machine that does not run has a disk', async (t) => {
  const directory = t.testdir()
  const disk = join(directory, 'disk.qcow2')
  const machine = machineRecord({ directory, disk })
  t.same(await usage(machine), { diskBytes: 0, memory: null })
  writeFileSync(disk, Buffer.alloc(64 * 1024, 1))
  const { diskBytes, memory } = await usage(machine)
  t.ok(diskBytes >= 64 * 1024)
  t.equal(memory, null)
})
