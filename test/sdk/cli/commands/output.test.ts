/** Results go to standard output, everything else to standard error; colours only where they are wanted. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
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

t.test('an operation whose process has gone is shown, recovered, and told', async (t) => {
  const cleave = cleaveFor(t)
  using store = openStore({ path: join(t.testdirName, 'store.db') })
  const own = process.execPath
  // Begun by a process that ends at once, and not far enough to have made anything.
  const begin = `
    const { openStore } = await import(${JSON.stringify(new URL('../../../../sdk/store/store.ts', import.meta.url).href)})
    const store = openStore({ path: ${JSON.stringify(join(t.testdirName, 'store.db'))} })
    const plan = { operation: 'split-1', plan: { children: [] }, parent: { name: 'shop' }, children: [] }
    store.operations.begin({ id: 'split-1', kind: 'split', machine: 'shop', plan })
    store.close()`
  execFileSync(own, ['--input-type=module', '--eval', begin])
  const list = JSON.parse((await cleave('operations', 'list', '--json')).stdout)
  t.match(list, { operations: [{ id: 'split-1', state: 'interrupted', machine: 'shop', endedAt: null }] })
  t.equal(store.operations.get('split-1').state, 'running', 'looking recovers nothing')
  const machines = await cleave('vm', 'list', '--json')
  t.match(machines.stderr, /split-1 of shop, which was interrupted, was taken back/)
  t.same(JSON.parse(machines.stdout), { machines: [] })
  t.match((await cleave('operations', 'show', 'split-1')).stdout, /^state +undone$/m)
  t.match((await cleave('operations', 'recover')).stdout, /nothing was interrupted/)
})

t.test('doctor finds what there is, and leaves nothing behind', async (t) => {
  const cleave = cleaveFor(t)
  const home = join(t.testdirName, 'not', 'there')
  const result = await cleave('doctor', '--json', '--home', home)
  const { splittingWorks, checks } = JSON.parse(result.stdout)
  t.same(
    checks.map(({ name }: { name: string }) => name),
    ['system', 'node', 'qemu', 'qemu-img', 'ip', 'acceleration', 'network', 'memory', 'space', 'image'],
  )
  t.equal(result.exitCode, splittingWorks ? 0 : 6)
  for (const check of checks) t.equal(check.remedy === '', check.state === 'ok', check.name)
  t.notOk(existsSync(home))
  const withoutPrograms = await cleaveFor(t, { PATH: '/nowhere' })('doctor', '--json')
  t.equal(withoutPrograms.exitCode, 6)
  t.match(JSON.parse(withoutPrograms.stdout).checks[2], {
    name: 'qemu',
    state: 'missing',
    remedy: /apt-get install/,
  })
})

t.test('colours', async (t) => {
  const colours = async (environment: Record<string, string>) => {
    const { stderr } = await cleaveFor(t, { NO_COLOR: '', ...environment })('vm', 'show', 'ghost')
    return stderr.includes('\x1b[')
  }
  t.notOk(await colours({}), 'none where nobody looks')
  t.notOk(await colours({ NO_COLOR: '1' }))
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
