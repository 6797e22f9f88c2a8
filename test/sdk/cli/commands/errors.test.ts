/** What is wrong is said in one way: message, code and remedy, with an exit code by the decision to make. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { errorDocument } from '../../../../sdk/cli/documents/error.ts'
import { exitCodeOf } from '../../../../sdk/cli/frame/exit-code.ts'
import { createProgram } from '../../../../sdk/cli/program.ts'
import { errorText } from '../../../../sdk/cli/render/error-text.ts'
import { plain } from '../../../../sdk/cli/render/look.ts'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'
import { cleaveFor } from '../run-cleave.ts'

/** What a command line fails with, without a process of its own. */
async function errorOf(...words: string[]): Promise<unknown> {
  try {
    await createProgram().parseAsync(words, { from: 'user' })
  } catch (error) {
    return error
  }
  return undefined
}

const wrong: readonly (readonly [exitCode: number, code: string, ...words: string[]])[] = [
  [2, 'USAGE', 'no-such-command'],
  [2, 'USAGE', 'vm', 'list', '--no-such-option'],
  [2, 'USAGE', 'vm', 'show'],
  [2, 'USAGE', 'vm', 'show', 'one', 'too-many'],
  [2, 'USAGE', 'groups', 'vm', '--by', 'moon'],
  [2, 'USAGE', 'image', 'build', '--name', '../demo'],
  [2, 'USAGE', 'vm', 'console', 'a', '--json'],
  [2, 'USAGE', 'split', 'vm'],
  [2, 'USAGE', 'split', 'vm', '--into', '2', '--child', 'a=b'],
  [2, 'BAD_NUMBER', 'split', 'vm', '--into', 'many'],
  [2, 'BAD_CHILD', 'split', 'vm', '--child', 'front'],
  [2, 'BAD_FILE', 'image', 'build', '--agent-package', '/nowhere/agent.deb'],
  [2, 'BAD_FILE', 'image', 'build', '--agent-package', '/'],
  [2, 'BAD_PACKAGE', 'image', 'build', '--package', 'a', '--package', '-o,evil'],
  [2, 'BAD_FOLDER', 'vm', 'list', '--home', ''],
  [2, 'BAD_BRIDGE', 'vm', 'list', '--bridge', 'a b'],
  [2, 'BAD_SIZE', 'vm', 'create', 'a', '--memory', '1024'],
  [2, 'BAD_NUMBER', 'vm', 'create', 'a', '--cpus', '-1'],
  [2, 'BAD_FORWARD', 'vm', 'create', 'a', '--forward', '8080'],
  [2, 'USAGE', 'vm', 'create', 'a', '--network', 'moon'],
  [2, 'BAD_TIME', 'vm', 'stop', 'a', '--grace', 'soon'],
  [2, 'IMAGE_UNREADABLE', 'vm', 'create', 'a', '--image', './nothing-here'],
  [2, 'RELEASE_UNKNOWN', 'image', 'build', '--release', 'sid'],
  [3, 'IMAGE_NOT_BUILT', 'vm', 'create', 'a', '--image', 'nothing-here'],
  [3, 'MACHINE_NOT_FOUND', 'vm', 'show', 'ghost'],
  [3, 'MACHINE_NOT_FOUND', 'groups', 'ghost'],
  [3, 'MACHINE_NOT_FOUND', 'processes', 'ghost'],
  [3, 'MACHINE_NOT_FOUND', 'group', 'start', 'ghost', 'shop'],
  [3, 'MACHINE_NOT_FOUND', 'group', 'stop', 'ghost', 'shop'],
  [3, 'MACHINE_NOT_FOUND', 'group', 'may-part', 'ghost', 'shop', 'mail'],
  [3, 'MACHINE_NOT_FOUND', 'split', 'ghost', '--into', '2'],
  [3, 'MACHINE_NOT_FOUND', 'split', 'ghost', '--into', '2', '--plan'],
  [3, 'OPERATION_NOT_FOUND', 'operations', 'show', 'split-0'],
]

t.test('every mistake has its code and its exit code, and changes nothing', async (t) => {
  const home = t.testdir()
  for (const [exitCode, code, ...words] of wrong) {
    const error = await errorOf('--home', home, ...words)
    t.match(error, { code, message: /\S/, remedy: /\S/ }, words.join(' '))
    t.equal(exitCodeOf(error), exitCode, words.join(' '))
  }
  using store = openStore({ path: join(home, 'store.db') })
  t.same([store.machines.list(), store.operations.list()], [[], []])
})

t.test('names with odd characters are refused, and reach no terminal as they are', async (t) => {
  const home = t.testdir({ image: { 'image.json': '{"commandLine":""}' } })
  const image = join(home, 'image')
  for (const name of ['', 'UPPER', '../etc', 'a b', '-', 'a\nb', '\x1b[2J', 'ä', 'a'.repeat(64), '$(id)']) {
    const created = await errorOf('--home', home, 'vm', 'create', '--image', image, '--', name)
    t.match(created, { code: 'BAD_NAME', remedy: /Use 1 to 63/ }, JSON.stringify(name))
    const shown = await errorOf('--home', home, 'vm', 'show', '--', name)
    t.match(shown, { code: 'MACHINE_NOT_FOUND' }, JSON.stringify(name))
    for (const error of [created, shown]) t.notMatch(errorText(errorDocument(error), plain), /[^\P{C}\n]/u)
  }
})

t.test('an error for people, and one for programs', async (t) => {
  const cleave = cleaveFor(t)
  const shown = await cleave('vm', 'show', 'ghost\x1b')
  t.equal(shown.exitCode, 3)
  t.equal(shown.stdout, '')
  t.match(shown.stderr, /^cleave: there is no machine ghost\\x1b \(MACHINE_NOT_FOUND\)\n {2}See .*$/)
  const json = await cleave('vm', 'list', '--no-such-option', '--json')
  t.equal(json.exitCode, 2)
  t.match(JSON.parse(json.stdout), { error: { code: 'USAGE', remedy: 'See: cleave vm list --help' } })
  t.match(json.stderr, /^cleave: unknown option/)
})

t.test('several machines: what fails for one does not stop the others', async (t) => {
  const cleave = cleaveFor(t)
  using store = openStore({ path: join(t.testdirName, 'store.db') })
  store.machines.insert(machineRecord({ name: 'one', directory: join(t.testdirName, 'machines', 'one') }))
  const result = await cleave('vm', 'stop', 'ghost', 'one', 'one', '--json')
  t.equal(result.exitCode, 3)
  t.match(JSON.parse(result.stdout), {
    machines: [
      { name: 'ghost', error: { code: 'MACHINE_NOT_FOUND' } },
      { name: 'one', outcome: 'absent' },
    ],
    error: { code: 'MACHINE_NOT_FOUND' },
  })
  t.equal(JSON.parse(result.stdout).machines.length, 2)
  t.match(result.stderr, /^cleave: there is no machine ghost/)
})

t.test('a store that is none', async (t) => {
  const cleave = cleaveFor(t)
  writeFileSync(
    join(t.testdirName, 'store.db'),
    'this is no database, and longer than a header of one would be'.repeat(9),
  )
  const result = await cleave('vm', 'list')
  t.equal(result.exitCode, 1)
  t.match(result.stderr, /^cleave: the store .*\(STORE_UNREADABLE\)\n {2}\S/)
})

t.test('the stack is for those who ask for it', async (t) => {
  const result = await cleaveFor(t, { CLEAVE_DEBUG: '1' })('vm', 'show', 'ghost')
  t.equal(result.exitCode, 3)
  t.match(result.stderr, /NotFoundError: .*\n\s+at /)
})
