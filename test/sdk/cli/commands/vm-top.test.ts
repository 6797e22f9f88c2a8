/** `vm top` of machines that don't run: its rounds, its forms, and its screen in a terminal of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'
import { cleaveFor } from '../run-cleave.ts'

const program = fileURLToPath(new URL('../../../../sdk/cli/main.ts', import.meta.url))

/** A home with one machine, and the command `vm top` on it. */
function topFor(t: Test) {
  const cleave = cleaveFor(t)
  using store = openStore({ path: join(t.testdirName, 'store.db') })
  store.machines.insert(machineRecord({ name: 'shop', directory: join(t.testdirName, 'machines', 'shop') }))
  return async (...words: string[]) => await cleave('vm', 'top', '--interval', '0.5', ...words)
}

/** The program itself, for what a signal, a reader or a terminal does to it. */
function start(t: Test, command: readonly [string, ...string[]], environment: Record<string, string> = {}) {
  const [file, ...words] = command
  const child = spawn(file, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, CLEAVE_HOME: t.testdirName, NO_COLOR: '1', ...environment },
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

t.test('tables, as many as asked for', async (t) => {
  const { stdout, exitCode } = await topFor(t)('--rounds', '2')
  t.equal(exitCode, 0)
  t.match(
    stdout.split('\n').map((line) => line.trimEnd()),
    [
      /0 of 1 machines run/,
      /^$/,
      /^NAME +STATE +CPU +CPUS +MEMORY +OWN +SHARED +RAM +PARENT$/,
      /^shop +stopped +- +1 +- +- +- +1 GiB$/,
      /^$/,
      /0 of 1 machines run/,
      /^$/,
      /^NAME/,
      /^shop/,
    ],
  )
})

t.test('one line of JSON for each round, one when nothing else is said', async (t) => {
  const top = topFor(t)
  const machines = [
    { name: 'shop', life: 'stopped', cpuCores: null, memory: null, groups: null, error: null },
  ]
  t.match(JSON.parse((await top('--json')).stdout), { machines })
  const lines = (await top('--json', '--rounds', '2', '--no-groups')).stdout.split('\n')
  t.equal(lines.length, 2)
  for (const line of lines) t.match(JSON.parse(line), { machines })
})

t.test('what is asked for wrongly', async (t) => {
  const top = topFor(t)
  t.match(await top('--interval', '0.1'), { exitCode: 2, stderr: /"0\.1" is no interval \(BAD_TIME\)/ })
  t.match(await top('--rounds', '0'), { exitCode: 2, stderr: /BAD_NUMBER/ })
})

t.test('without a terminal it goes on until it is told to end', async (t) => {
  topFor(t)
  const words = [program, 'vm', 'top', '--interval', '0.5'] as const
  const told = start(t, [process.execPath, ...words])
  const ended = once(told, 'exit')
  await once(told.stdout, 'data')
  told.kill('SIGINT')
  t.same(await ended, [0, null])
  const left = start(t, [process.execPath, ...words])
  const exit = once(left, 'exit')
  await once(left.stdout, 'data')
  left.stdout.destroy()
  t.same(await exit, [0, null], 'or until nobody reads it any more')
})

t.test('a screen in a terminal, which is given back', async (t) => {
  topFor(t)
  const command = `stty rows 10 columns 60; ${process.execPath} ${program} vm top --interval 0.5; echo "ended with $?"`
  const screenUntil = async (end: (terminal: Writable) => void) => {
    const terminal = start(t, ['script', '--quiet', '--return', '--command', command, '/dev/null'])
    const all = text(terminal.stdout)
    await seen(terminal.stdout, 'shop')
    end(terminal.stdin)
    const [screen = '', after = ''] = (await all).split('\x1b[?1049h')[1]?.split('\x1b[?1049l') ?? []
    t.ok(screen.includes('\x1b[H') && screen.includes('0 of 1 machines run'))
    t.ok(screen.includes('\x1b[?25l') && screen.includes('\x1b[?25h'), 'the cursor comes back')
    t.notOk(screen.includes('SHARED'), 'it is a narrow one')
    return after.trim()
  }
  t.equal(await screenUntil((terminal) => void terminal.write('q')), 'ended with 0')
  t.equal(await screenUntil((terminal) => void terminal.write('\x03')), 'ended with 0')
  const broken = await screenUntil(() => {
    using database = new DatabaseSync(join(t.testdirName, 'store.db'))
    database.exec("UPDATE machines SET record = '{}'")
  })
  t.match(broken, /^cleave: .*machine shop[\s\S]*ended with 1$/, 'also by a failure')
})

async function seen(stream: NodeJS.ReadableStream, what: string): Promise<void> {
  let said = ''
  for (;;) {
    const [chunk] = await once(stream, 'data', { signal: AbortSignal.timeout(20_000) })
    said += String(chunk)
    if (said.includes(what)) return
  }
}
