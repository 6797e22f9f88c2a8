import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkRoomToSuspend } from '../../../../../sdk/hypervisor/qemu/suspend/room.ts'
import { machineRecord } from '../../../store/machine-record.ts'

t.test('memory and space for all children are looked for together', async (t) => {
  const directory = t.testdir()
  mkdirSync(join(directory, 'memory'))
  const parent = machineRecord({
    name: 'shop',
    directory,
    memoryFile: join(directory, 'memory', 'shop.ram'),
    memoryMiB: 64,
  })
  await checkRoomToSuspend({ parent, children: 2, others: [parent] })
  await t.rejects(checkRoomToSuspend({ parent, children: 2 ** 20, others: [] }), {
    code: 'NO_MEMORY',
    message: /1048576 children of shop, .* have 67108864 MiB/,
  })
  const small = '/proc'
  await t.rejects(checkRoomToSuspend({ parent: { ...parent, directory: small }, children: 2, others: [] }), {
    name: 'UnavailableError',
    code: 'NO_SPACE',
    message: /state file of shop/,
  })
})
