import { join } from 'node:path'
import t from 'tap'
import { builtImages, imageFolder } from '../../../../sdk/cli/image/built-images.ts'
import { cleaveFor } from '../run-cleave.ts'

function image(name: string, release: string | undefined, createdAt: number) {
  const description = {
    name,
    release,
    hash: 'x',
    kernelVersion: '6',
    commandLine: '',
    packages: {},
    createdAt,
  }
  return { 'image.json': JSON.stringify(description) }
}

t.test('an image is found by its kind, by its kind and release, and by its path', async (t) => {
  const cache = t.testdir({
    images: {
      older: image('demo', 'bookworm', 1),
      latest: image('demo', 'trixie', 3),
      ancient: image('demo', undefined, 2),
      damaged: { 'image.json': '{' },
    },
  })
  const before = process.env['CLEAVE_CACHE']
  t.teardown(() => {
    if (before === undefined) delete process.env['CLEAVE_CACHE']
    else process.env['CLEAVE_CACHE'] = before
  })
  process.env['CLEAVE_CACHE'] = cache
  const folder = (name: string) => join(cache, 'images', name)

  t.equal(await imageFolder('demo'), folder('latest'))
  t.equal(await imageFolder('demo-trixie'), folder('latest'))
  t.equal(await imageFolder('demo-bookworm'), folder('ancient'))
  t.equal(await imageFolder('/some/where'), '/some/where')
  for (const name of ['demo-bullseye', 'test', 'demo-', 'trixie']) {
    await t.rejects(imageFolder(name), { code: 'IMAGE_NOT_BUILT' })
  }
  t.same((await builtImages()).damaged, [folder('damaged')])
})

t.test('the list shows of which Debian each is', async (t) => {
  // In this order: it makes the folder of this test its home.
  const cleave = cleaveFor(t, { CLEAVE_CACHE: t.testdirName })
  t.testdir({ images: { one: image('demo', 'trixie', 1), two: image('test', undefined, 0) } })
  t.match((await cleave('image', 'list')).stdout, /DEBIAN.*\ndemo +13 \(trixie\) .*\ntest +12 \(bookworm\) /)
  const { images } = JSON.parse((await cleave('image', 'list', '--json')).stdout)
  t.match(images, [
    { name: 'demo', release: 'trixie' },
    { name: 'test', release: 'bookworm' },
  ])
})
