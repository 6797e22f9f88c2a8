import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { pruneImages } from '../../../packaging/image/prune-images.ts'

const hour = 3_600_000

function image(name: string, hoursOld: number, release = 'bookworm') {
  const createdAt = Date.now() - hoursOld * hour
  const description = {
    name,
    release,
    hash: 'x',
    kernelVersion: '6',
    commandLine: '',
    packages: {},
    createdAt,
  }
  return { 'image.json': JSON.stringify(description), 'root.qcow2': '' }
}

t.test('old images of the kind go; young ones, the newest ones and all others stay', async (t) => {
  const cache = t.testdir({
    images: {
      'test-1': image('test', 0.1),
      'test-2': image('test', 0.5),
      'test-3': image('test', 2),
      'test-4': image('test', 3),
      'test-5': image('test', 5, 'trixie'),
      'test-6': image('test', 6, 'trixie'),
      'demo-1': image('demo', 9),
      foreign: { file: '' },
      damaged: { 'image.json': '{' },
    },
  })
  const before = process.env['CLEAVE_CACHE']
  t.teardown(() => {
    if (before === undefined) delete process.env['CLEAVE_CACHE']
    else process.env['CLEAVE_CACHE'] = before
  })
  process.env['CLEAVE_CACHE'] = cache
  const left = async () => (await readdir(join(cache, 'images'))).sort()

  t.same(await pruneImages({ name: 'test', keep: 1, youngerThan: hour }), [
    join(cache, 'images/test-3'),
    join(cache, 'images/test-4'),
    join(cache, 'images/test-6'),
  ])
  t.same(await left(), ['damaged', 'demo-1', 'foreign', 'test-1', 'test-2', 'test-5'])
  t.same(await pruneImages({ name: 'test', keep: 2, youngerThan: 0 }), [])
  process.env['CLEAVE_CACHE'] = join(cache, 'nowhere')
  t.same(await pruneImages({ name: 'test', keep: 0, youngerThan: 0 }), [])
})
