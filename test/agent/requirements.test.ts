import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { missingPrograms, missingRequirements } from '../../agent/requirements.ts'

t.test('a program that is missing is named, with what brings it', async (t) => {
  t.same(missingRequirements(), [], 'nothing is missing where these tests run')
  const folder = t.testdir()
  for (const name of ['ip', 'ss', 'nsenter']) symlinkSync('/bin/true', join(folder, name))
  t.match(missingPrograms(`/does/not/exist:${folder}`), [
    { code: 'NO_PROGRAM', message: /no perl, which/, remedy: /perl-base \(Debian\), perl-interpreter/ },
  ])
  t.equal(missingPrograms('').length, 4)
})
