import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { missingBytes, parseMemoryAvailable } from '../../../../../sdk/hypervisor/qemu/memory/room.ts'

t.test('what is promised to others is not there', async (t) => {
  const bytes = fc.integer({ min: 0, max: 2 ** 40 })
  fc.assert(
    fc.property(bytes, bytes, bytes, bytes, (wanted, fileSystemFree, memoryAvailable, promised) => {
      const room = { wanted, fileSystemFree, memoryAvailable, promised }
      const missing = missingBytes(room)
      const more = {
        ...room,
        fileSystemFree: fileSystemFree + missing,
        memoryAvailable: memoryAvailable + missing,
      }
      return missing >= 0 && missingBytes(more) === 0 && missingBytes({ ...room, promised: 0 }) <= missing
    }),
  )
  const gibibyte = 2 ** 30
  const room = { wanted: gibibyte, fileSystemFree: 3 * gibibyte, memoryAvailable: 3 * gibibyte, promised: 0 }
  t.equal(missingBytes(room), 0)
  t.equal(missingBytes({ ...room, promised: 3 * gibibyte }), gibibyte + 128 * 2 ** 20)
  t.equal(missingBytes({ ...room, fileSystemFree: 0 }), gibibyte)
  const three = { ...room, wanted: 3 * gibibyte, machines: 3 }
  t.equal(missingBytes(three), 3 * 128 * 2 ** 20, 'each QEMU takes some itself')
})

t.test('/proc/meminfo', async (t) => {
  t.equal(parseMemoryAvailable('MemTotal: 9 kB\nMemAvailable:     1234 kB\nBuffers: 1 kB\n'), 1234 * 1024)
  t.equal(parseMemoryAvailable(''), 0)
  t.ok(parseMemoryAvailable(readFileSync('/proc/meminfo', 'utf8')) > 0)
})
