import { join } from 'node:path'
import t from 'tap'
import { readImage } from '../../../packaging/image/image.ts'

const description = {
  name: 'demo',
  release: 'trixie',
  hash: '0123456789abcdef',
  kernelVersion: '6.1.0-1-amd64',
  commandLine: 'root=/dev/vda',
  packages: { nginx: '1.22' },
  createdAt: 1,
}

t.test('an image is read from its folder', async (t) => {
  const directory = t.testdir({ 'image.json': JSON.stringify(description) })
  const { commandLine, ...rest } = description
  t.same(await readImage(directory), {
    ...rest,
    directory,
    disk: join(directory, 'root.qcow2'),
    boot: { kernel: join(directory, 'vmlinux'), initrd: join(directory, 'initrd.img'), commandLine },
  })
})

t.test('an image from before there was a choice of releases', async (t) => {
  const { release, ...older } = description
  t.match(await readImage(t.testdir({ 'image.json': JSON.stringify(older) })), { release: 'bookworm' })
})

t.test('no image is none, a damaged one an error', async (t) => {
  t.equal(await readImage(t.testdir()), undefined)
  t.equal(await readImage('/does/not/exist'), undefined)
  await t.rejects(readImage(t.testdir({ 'image.json': '{"name":' })))
  await t.rejects(readImage(t.testdir({ 'image.json': JSON.stringify({ ...description, name: 1 }) })))
  await t.rejects(readImage(t.testdir({ 'image.json': JSON.stringify({ ...description, release: 'sid' }) })))
})
