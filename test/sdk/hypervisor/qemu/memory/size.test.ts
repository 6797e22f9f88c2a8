import fc from 'fast-check'
import t from 'tap'
import { memoryBytes, stateBytes } from '../../../../../sdk/hypervisor/qemu/memory/size.ts'

t.test('no machine has a multiple of 64 pages, and all have what they asked for', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 16 * 1024 * 1024 }), (memoryMiB) => {
      const bytes = memoryBytes({ memoryMiB })
      return bytes >= memoryMiB * 2 ** 20 && bytes % 4096 === 0 && bytes % (64 * 4096) !== 0
    }),
  )
  t.equal(memoryBytes({ memoryMiB: 1 }), 1056768)
})

t.test('a state has room for a header before each page, and for devices', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 16 * 1024 * 1024 }), (memoryMiB) => {
      const pages = memoryBytes({ memoryMiB }) / 4096
      const bytes = stateBytes({ memoryMiB })
      return bytes > pages * (4096 + 8) + 2 ** 20 && bytes < pages * 4096 * 1.01 + 2 ** 27
    }),
  )
  t.ok(Number.isSafeInteger(stateBytes({ memoryMiB: 512 })))
})
