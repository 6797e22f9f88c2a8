/** What the superblock says is what e2fsck goes by: whatever it would act on is never called clean. */
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import fc from 'fast-check'
import t from 'tap'
import { isClean } from '../../../../agent/disk/file-system-check.ts'
import { extSuperblock, isExtClean } from '../../../../agent/disk/kernel/ext-superblock.ts'

const folder = mkdtempSync(join(tmpdir(), 'cleave-superblock-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const now = () => Date.now() / 1000

function superblockOf(file: string): Buffer {
  const block = Buffer.alloc(extSuperblock.length)
  const descriptor = openSync(file, 'r')
  readSync(descriptor, block, { position: extSuperblock.offset })
  closeSync(descriptor)
  return block
}

async function makeImage(type: string): Promise<string> {
  const file = join(folder, type)
  writeFileSync(file, '')
  truncateSync(file, 8 * 1024 * 1024)
  await execa('mkfs', ['-t', type, '-q', file])
  return file
}

async function changed(image: string, values: readonly (readonly [field: string, value: string])[]) {
  const file = join(folder, 'changed')
  copyFileSync(image, file)
  const input = values.map(([field, value]) =>
    field === 'feature' ? `feature ${value}\n` : `set_super_value ${field} ${value}\n`,
  )
  await execa('debugfs', ['-w', file], { input: input.join('') })
  return file
}

/** True when e2fsck has nothing to do with it. */
async function isLeftAlone(file: string): Promise<boolean> {
  const copy = join(folder, 'checked')
  copyFileSync(file, copy)
  const { exitCode, stdout } = await execa('e2fsck', ['-p', copy], { reject: false })
  return exitCode === 0 && isClean(stdout)
}

t.test('new file systems are clean, and each reason for a check is seen', async (t) => {
  for (const type of ['ext2', 'ext3', 'ext4']) {
    const image = await makeImage(type)
    t.ok(isExtClean(superblockOf(image), now()), type)
  }
  const image = join(folder, 'ext4')
  const reasons = [
    [['state', '0']],
    [['state', '3']],
    [['state', '5']],
    [['feature', 'needs_recovery']],
    [['feature', 'mmp']],
    [['feature', 'orphan_present']],
    [['last_orphan', '12']],
    [['error_count', '1']],
    [['feature', '-has_journal']],
    [
      ['max_mnt_count', '5'],
      ['mnt_count', '5'],
    ],
    [
      ['checkinterval', '86400'],
      ['lastcheck', '20200101'],
    ],
    [
      ['checkinterval', '86400'],
      ['lastcheck', '20990101'],
    ],
  ] as const
  for (const reason of reasons) {
    t.notOk(isExtClean(superblockOf(await changed(image, reason)), now()), JSON.stringify(reason))
  }
  const fine = [
    [
      ['max_mnt_count', '5'],
      ['mnt_count', '4'],
    ],
    [
      ['max_mnt_count', '-1'],
      ['mnt_count', '400'],
    ],
    [
      ['checkinterval', '0'],
      ['lastcheck', '20990101'],
    ],
    [['checkinterval', '4000000000']],
  ] as const
  for (const values of fine) {
    const file = await changed(image, values)
    t.ok(isExtClean(superblockOf(file), now()), JSON.stringify(values))
    t.ok(await isLeftAlone(file), JSON.stringify(values))
  }
})

t.test('what e2fsck acts on is never called clean', async () => {
  const image = await makeImage('ext4')
  const field = (name: string, ...values: string[]) =>
    fc.constantFrom(...values).map((value) => [name, value] as const)
  const change = fc.oneof(
    field('state', '0', '1', '2', '3', '4', '5', '7'),
    field('mnt_count', '0', '1', '30', '65535'),
    field('max_mnt_count', '-1', '0', '1', '30', '32767'),
    field('checkinterval', '0', '1', '86400', '4294967295'),
    field('lastcheck', '0', '20200101', '20990101'),
    field('last_orphan', '0', '12'),
    field('error_count', '0', '1'),
    field('feature', 'needs_recovery', '-has_journal', 'mmp', 'sparse_super2'),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 4 }), async (values) => {
      const file = await changed(image, values)
      return !isExtClean(superblockOf(file), now()) || (await isLeftAlone(file))
    }),
    { numRuns: 60 },
  )
})

t.test('anything else is not clean', async (t) => {
  const block = superblockOf(await makeImage('ext4'))
  const cut = fc.nat(extSuperblock.length - 1)
  fc.assert(fc.property(cut, (length) => !isExtClean(block.subarray(0, length), now())))
  const others = fc.uint8Array({ minLength: 1024, maxLength: 1024 }).filter((bytes) => bytes[56] !== 0x53)
  fc.assert(fc.property(others, (bytes) => !isExtClean(Buffer.from(bytes), now())))
  t.ok(isExtClean(block, now()))
})
