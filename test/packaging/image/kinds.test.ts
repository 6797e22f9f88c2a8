import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { findImage } from '../../../packaging/image/build-image.ts'
import { imageKinds, kindOf } from '../../../packaging/image/kinds.ts'
import { packageRoot } from '../../../packaging/package-root.ts'

t.test('every part of a kind is there, and no part is in vain', async (t) => {
  const folder = join(packageRoot(), 'packaging', 'image', 'parts')
  const used = new Set(Object.values(imageKinds).flatMap(({ parts }) => parts))
  t.same((await readdir(folder)).sort(), [...used].sort())
  for (const part of used) t.ok((await stat(join(folder, part, 'install.sh'))).isFile())
})

t.test('a kind that there is not is refused, whatever its name', async (t) => {
  for (const name of ['', 'shop', '../demo', 'constructor', '__proto__', 'x'.repeat(5000)]) {
    t.throws(() => kindOf(name), { code: 'IMAGE_UNKNOWN' })
  }
  await t.rejects(findImage({ name: 'none' }), { code: 'IMAGE_UNKNOWN' })
})
