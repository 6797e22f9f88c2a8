import { execFileSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { checkRoom } from '../../../../sdk/hypervisor/qemu/check-room.ts'
import { machineRecord } from '../../store/machine-record.ts'

t.test('children that boot have room, for their memory and for copies of a disk', async (t) => {
  const directory = t.testdir()
  const disk = join(directory, 'root.qcow2')
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', disk, '64M'])
  const parent = machineRecord({ name: 'shop', directory, disk, memoryFile: join(directory, 'shop.ram') })
  const child = (memoryMiB: number) =>
    machineRecord({ name: 'front', memoryMiB, memoryFile: parent.memoryFile })
  const options = { parent, children: [child(32)], copies: 1, diskBytes: [] as number[], others: [parent] }
  await checkRoom(options)
  await t.rejects(checkRoom({ ...options, children: [child(32), child(2 ** 30)] }), {
    code: 'NO_MEMORY',
    message: /children of shop have/,
  })
  await t.rejects(checkRoom({ ...options, diskBytes: [512] }), { code: 'DISK_TOO_SMALL' })

  // Another machine may still fill its memory: it was promised all of it.
  const promised = join(directory, 'mail.ram')
  await using file = await open(promised, 'w')
  await file.truncate(Math.min(2 ** 45, statfsSync('/').blocks * statfsSync('/').bsize))
  const mail = machineRecord({ name: 'mail', memory: 'shared', memoryFile: promised })
  await t.rejects(checkRoom({ ...options, others: [parent, mail] }), { code: 'NO_MEMORY' })
  await checkRoom({ ...options, others: [{ ...mail, name: 'shop' }] })
})
