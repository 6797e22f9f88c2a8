import { chmodSync, chownSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  createMemoryFiles,
  deleteMemoryFiles,
  memoryFolder,
} from '../../../../../sdk/hypervisor/qemu/memory/memory-file.ts'
import { memoryBytes } from '../../../../../sdk/hypervisor/qemu/memory/size.ts'
import { machineRecord } from '../../../store/machine-record.ts'

t.test('a file of the machine alone', async (t) => {
  const machine = machineRecord({ memoryFile: join(t.testdir(), 'folder', 'shop.ram'), memoryMiB: 64 })
  await createMemoryFiles({ machine, others: [machine] })
  await createMemoryFiles({ machine, others: [] })
  const { size, blocks, mode } = statSync(machine.memoryFile)
  t.match({ size, blocks, mode: mode & 0o777 }, { size: memoryBytes(machine), blocks: 0, mode: 0o600 })

  await deleteMemoryFiles({ ...machine, memory: 'private' })
  t.ok(existsSync(machine.memoryFile), "a child does not delete its parent's")
  await deleteMemoryFiles(machine)
  await deleteMemoryFiles(machine)
  t.notOk(existsSync(machine.memoryFile))
})

t.test('a machine that does not fit', async (t) => {
  const machine = machineRecord({ memoryFile: join(t.testdir(), 'folder', 'shop.ram'), memoryMiB: 2 ** 24 })
  await t.rejects(createMemoryFiles({ machine, others: [] }), { name: 'UnavailableError', code: 'NO_MEMORY' })
  t.notOk(existsSync(machine.memoryFile))
})

t.test('a folder that others may write to', async (t) => {
  const folder = t.testdir()
  const machine = machineRecord({ memoryFile: join(folder, 'shop.ram'), memoryMiB: 64 })
  const refused = { name: 'UnavailableError', code: 'FOLDER_NOT_OURS' }
  chmodSync(folder, 0o777)
  await t.rejects(createMemoryFiles({ machine, others: [] }), refused)
  chmodSync(folder, 0o755)
  if (process.getuid?.() === 0) {
    chownSync(folder, 65_534, 65_534)
    await t.rejects(createMemoryFiles({ machine, others: [] }), refused)
    chownSync(folder, 0, 0)
  }
  await createMemoryFiles({ machine, others: [] })
})

t.test('each home has a folder of its own', async (t) => {
  t.not(memoryFolder('/home/a'), memoryFolder('/home/b'))
  t.equal(memoryFolder('/home/a'), memoryFolder('/home/x/../a/'))
})
