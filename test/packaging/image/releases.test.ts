import { join } from 'node:path'
import t from 'tap'
import { baseHash } from '../../../packaging/image/base.ts'
import { releaseNames, releaseOf } from '../../../packaging/image/releases.ts'
import { packageRoot } from '../../../packaging/package-root.ts'

t.test('a release is called by its name or its number', async (t) => {
  t.equal(releaseOf('trixie'), 'trixie')
  t.equal(releaseOf('13'), 'trixie')
  t.equal(releaseOf('12'), 'bookworm')
  for (const text of ['', 'sid', '1', '013', '12.5', 'Trixie', 'toString', '../trixie', 'x'.repeat(5000)]) {
    t.throws(() => releaseOf(text), { code: 'RELEASE_UNKNOWN', remedy: /bookworm \(12\), trixie \(13\)/ })
  }
})

t.test('each release is built anew, from the same packages', async (t) => {
  const sources = join(packageRoot(), 'packaging', 'image')
  const content = { packages: ['nginx'] }
  const hashes = await Promise.all(releaseNames.map((release) => baseHash(sources, { ...content, release })))
  t.equal(new Set(hashes).size, releaseNames.length)
})
