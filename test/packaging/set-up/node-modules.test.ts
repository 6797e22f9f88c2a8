import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isPrepared, markPrepared, modulesMatch } from '../../../packaging/set-up/node-modules.mjs'

const wanted = {
  '': { name: 'top', version: '1.0.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/for-another-machine': { version: '1.0.0', integrity: 'sha512-b', optional: true },
}

function checkout(t: Test, installed: object | string | undefined) {
  const note = typeof installed === 'object' ? JSON.stringify({ packages: installed }) : installed
  return t.testdir({
    'package-lock.json': JSON.stringify({ packages: wanted }),
    node_modules: note === undefined ? {} : { '.package-lock.json': note },
  })
}

t.test('what is installed is compared with what is locked', async (t) => {
  const a = wanted['node_modules/a']
  t.ok(modulesMatch(checkout(t, { 'node_modules/a': a })))
  t.notOk(modulesMatch(checkout(t, { 'node_modules/a': { ...a, version: '1.0.1' } })), 'another version')
  t.notOk(modulesMatch(checkout(t, { 'node_modules/a': { ...a, integrity: 'sha512-c' } })), 'other content')
  t.notOk(modulesMatch(checkout(t, {})), 'a package is missing')
  t.notOk(modulesMatch(checkout(t, undefined)), 'an installation that was interrupted')
  t.notOk(modulesMatch(checkout(t, '{"packages":')), 'a note that was cut off')
})

t.test('generated code is made again when its sources change', async (t) => {
  const top = t.testdir({
    'package-lock.json': '{}',
    '.taprc': '',
    node_modules: {},
    proto: {
      'agent.proto': 'a',
      'routes.proto': 'r',
      'generate.ts': 'b',
      generated: { 'messages.ts': '', 'agent.json': '', 'routes.json': '' },
    },
  })
  t.notOk(isPrepared(top))
  for (const contract of ['agent', 'routes']) {
    markPrepared(top)
    t.ok(isPrepared(top))
    await writeFile(join(top, 'proto', `${contract}.proto`), 'c')
    t.notOk(isPrepared(top))
  }
})
