/** Results go to standard output, everything else to standard error; colours only where they are wanted. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'
import { cleaveFor } from '../run-cleave.ts'

const program = fileURLToPath(new URL('../../../../sdk/cli/main.ts', import.meta.url))

t.test('help and version', async (t) => {
  const cleave = cleaveFor(t)
  const version = await cleave('--version')
  t.match(version.stdout, /^\d+\.\d+\.\d+$/)
  t.equal(version.exitCode, 0)
  const help = await cleave('split', '--help')
  t.equal(help.exitCode, 0)
  t.equal(help.stderr, '')
  t.match(help.stdout, /^Usage: cleave split/)
  t.match(help.stdout, /--json/, 'options for all commands are named')
  t.match(help.stdout, /Examples:\n {2}cleave split/)
  const nothing = await cleave('vm')
  t.equal(nothing.exitCode, 2)
  t.equal(nothing.stdout, '')
  t.match(
    nothing.stderr,
    /^Usage: cleave vm .*cleave: cleave vm needs a command \(USAGE\)\n {2}See: cleave vm --help$/s,
  )
})

t.test('an empty list says so where people look, not where programs do', async (t) => {
  const cleave = cleaveFor(t)
  const list = await cleave('vm', 'list')
  t.equal(list.exitCode, 0)
  t.equal(list.stdout, '')
  t.match(list.stderr, /no machines/)
  t.equal((await cleave('vm', 'list', '--quiet')).stderr, '')
  const json = await cleave('operations', '--json')
  t.same(JSON.parse(json.stdout), { operations: [] })
  t.same(JSON.parse((await cleave('image', 'list', '--json')).stdout), { images: [] })
})

t.test('machines, as a table and as JSON', async (t) => {
  const cleave = cleaveFor(t)
  using store = openStore({ path: join(t.testdirName, 'store.db') })
  store.machines.insert(machineRecord({ name: 'shop', directory: join(t.testdirName, 'machines', 'shop') }))
  const list = await cleave('vm', 'list')
  t.match(
    list.stdout,
    /^NAME +STATE +CPUS +MEMORY +ADDRESS +PARENT\nshop +stopped +1 +1 GiB +10\.77\.0\.2\/24$/,
  )
  const json = JSON.parse((await cleave('vm', 'show', 'shop', '--json')).stdout)
  t.match(json, { machine: { name: 'shop', state: 'stopped', status: 'absent', parent: null, children: [] } })
  t.match((await cleave('vm', 'show', 'shop')).stdout, /^name +shop\nstate +stopped\n/)
})

t.test('colours', async (t) => {
  const colours = async (environment: Record<string, string>) => {
    const { stderr } = await cleaveFor(t, { NO_COLOR: '', ...environment })('vm', 'show', 'ghost')
    return stderr.includes('\x1b[')
  }
  t.notOk(await colours({}), 'none where nobody looks')
  t.ok(await colours({ FORCE_COLOR: '1' }))
})

t.test('a reader that goes away is no failure', async (t) => {
  const home = t.testdir()
  // The shell reports how the first of the two ended.
  const script = '"$0" "$1" "$2" --help | true; echo $PIPESTATUS'
  const output = execFileSync('bash', ['-c', script, process.execPath, program, 'vm'], {
    env: { ...process.env, CLEAVE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.equal(output.toString().trim(), '0')
})
