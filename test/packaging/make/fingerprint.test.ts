import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { filesIn, fingerprint } from '../../../packaging/make/fingerprint.ts'

t.test('other parts give another fingerprint, also when the bytes in a row are the same', async () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
      const same = one.length === other.length && one.every((part, index) => part === other[index])
      return (fingerprint(one) === fingerprint(other)) === same
    }),
  )
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), (text, at) => {
      const cut = at % text.length
      return fingerprint([text.slice(0, cut), text.slice(cut)]) !== fingerprint([text, '']) || cut === 0
    }),
  )
})

t.test('files are taken with their paths, in an order of their own', async (t) => {
  const directory = t.testdir({ b: '1', a: { z: '2' } })
  const before = await filesIn(directory)
  t.same(before.map(String), ['/a/z', '2', '/b', '1'])
  await mkdir(join(directory, 'empty'))
  t.same(await filesIn(directory), before, 'an empty folder is none')
  await writeFile(join(directory, 'a', 'z'), '3')
  t.not(fingerprint(await filesIn(directory)), fingerprint(before))
})
