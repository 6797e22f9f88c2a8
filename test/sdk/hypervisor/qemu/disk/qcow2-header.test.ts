import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { parseQcow2Header } from '../../../../../sdk/hypervisor/qemu/disk/qcow2-header.ts'

t.test('what qemu-img makes', async (t) => {
  const folder = t.testdir()
  const create = (name: string, ...words: string[]) => {
    const path = join(folder, name)
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, path, '64M'])
    return parseQcow2Header(readFileSync(path))
  }
  const alone = { version: 3, virtualSize: 64n << 20n, hasBackingFile: false, hasDataFile: false }
  t.strictSame(create('alone'), alone)
  t.strictSame(create('old', '-o', 'compat=0.10'), { ...alone, version: 2 })
  t.strictSame(create('overlay', '-b', join(folder, 'alone'), '-F', 'qcow2'), {
    ...alone,
    hasBackingFile: true,
  })
  t.strictSame(create('split', '-o', `data_file=${join(folder, 'data')}`), { ...alone, hasDataFile: true })
})

t.test('anything else', async (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => !parseQcow2Header(Buffer.from(bytes))))
  const other = Buffer.alloc(104)
  other.writeUInt32BE(0x514649fb)
  other.writeUInt32BE(4, 4)
  t.equal(parseQcow2Header(other), undefined, 'a version that is not known')
})
