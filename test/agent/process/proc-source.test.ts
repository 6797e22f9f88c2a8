import { readFileSync } from 'node:fs'
import t from 'tap'
import { createProcessSource } from '../../../agent/process/create-source.ts'
import type { ObservedProcess, ProcessSource } from '../../../agent/process/source.ts'
import { parseStat } from '../../../agent/process/stat.ts'
import { sleeper, startPerl } from './sample-process.ts'

async function find(source: ProcessSource, pid: number): Promise<ObservedProcess | undefined> {
  const { processes } = await source.list({ inspect: ({ process }) => process.id?.pid === pid })
  return processes.find(({ process }) => process.id?.pid === pid)
}

t.test('a process is listed as the kernel has it', async (t) => {
  const passed = ['one', 'two words', 'line\nend', '', 'last']
  const { pid } = await startPerl(t, sleeper, { arguments: passed, uid: 65_534 })
  const found = await find(createProcessSource(), pid)
  const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  t.match(found?.process, {
    id: { pid, startTicks: stat?.startTicks },
    parentPid: process.pid,
    sessionId: pid,
    userId: 65_534,
    user: 'nobody',
    name: 'perl',
    replicated: false,
    group: '',
  })
  t.same(found?.process.arguments.slice(-passed.length), passed)
  t.ok((found?.process.memoryBytes ?? 0) > 1_000_000)
})

t.test('threads of the kernel and zombies are left out', async (t) => {
  const parent = await startPerl(t, 'my $p = fork; exit if !$p; print "up\\n$p\\n"; sleep 1000')
  const zombie = Number(await parent.line())
  while (!readFileSync(`/proc/${zombie}/stat`, 'utf8').includes(') Z ')) await new Promise(setImmediate)
  const { processes } = await createProcessSource().list()
  const pids = processes.map(({ process }) => process.id?.pid)
  t.notOk(pids.includes(2), 'kthreadd')
  t.notOk(pids.includes(zombie), 'the zombie')
  t.ok(pids.includes(parent.pid), 'its parent')
  t.same(
    pids,
    pids.toSorted((one, other) => (one ?? 0) - (other ?? 0)),
    'by rising pid',
  )
})

t.test('a hostile name is a name', async (t) => {
  for (const name of [') S 1 2 (', 'a\nUid:\t0', '\x1b[31m', '((((', ' ']) {
    const { pid } = await startPerl(t, '$0 = shift; print "up\\n"; sleep 1000', { arguments: [name] })
    const found = await find(createProcessSource(), pid)
    t.match(found?.process, { id: { pid }, name: name.slice(0, 15), parentPid: process.pid, userId: 0 })
  }
})

t.test('a command line without end is cut', async (t) => {
  const { pid } = await startPerl(t, sleeper, { arguments: ['x'.repeat(100_000)] })
  const found = await find(createProcessSource(), pid)
  t.equal(Buffer.byteLength(found?.process.arguments.join(' ') ?? ''), 4096)
})

t.test('what a process holds is seen, and seen again once it has run', async (t) => {
  const program = `
    pipe(my $r, my $w); print "up\\n";
    <STDIN>; open my $f, '>>', "/tmp/cleave-test-$$"; unlink "/tmp/cleave-test-$$"; print "opened\\n";
    <STDIN>; $0 = 'titled'; print "titled\\n";
    <STDIN>; exec 'sleep', '1000'`
  const sample = await startPerl(t, program)
  const source = createProcessSource()
  while (!readFileSync(`/proc/${sample.pid}/stat`, 'utf8').includes(') S ')) await new Promise(setImmediate)
  const first = await find(source, sample.pid)
  t.equal(first?.holdings?.pipes.length, 2)
  t.same(first?.holdings?.paths, [])
  t.equal((await find(source, sample.pid))?.holdings, first?.holdings, 'not read again while it rests')

  sample.tell('open')
  await sample.line()
  const second = await find(source, sample.pid)
  t.match(second?.holdings?.paths, [{ path: `/tmp/cleave-test-${sample.pid} (deleted)` }])

  sample.tell('title')
  await sample.line()
  t.same((await find(source, sample.pid))?.process.arguments, ['titled'])

  sample.tell('exec')
  while (readFileSync(`/proc/${sample.pid}/comm`, 'utf8') !== 'sleep\n') await new Promise(setImmediate)
  const last = await find(source, sample.pid)
  t.match(last?.process, { id: first?.process.id ?? {}, name: 'sleep', arguments: ['sleep', '1000'] })
})

t.test('more open files than a small table has are all seen', async (t) => {
  const program =
    'my @k; for (1..2500) { pipe(my $r, my $w) or die; push @k, $r, $w } print "up\\n"; sleep 1000'
  const { pid } = await startPerl(t, program, { wrapper: ['prlimit', '--nofile=9999'] })
  const found = await find(createProcessSource(), pid)
  t.equal(found?.holdings?.pipes.length, 5000)
})

t.test('processor use is above nothing for one that works, and nothing for one that sleeps', async (t) => {
  const idle = await startPerl(t, sleeper)
  const busy = await startPerl(t, 'print "up\\n"; 1 while 1')
  const source = createProcessSource()
  await find(source, busy.pid)
  await new Promise((resolve) => setTimeout(resolve, 700))
  const { processes } = await source.list()
  const coresOf = (pid: number) => processes.find(({ process }) => process.id?.pid === pid)?.process.cpuCores
  t.ok((coresOf(busy.pid) ?? 0) > 0)
  t.equal(coresOf(idle.pid), 0)
})

t.test('a pid that was given to another process is another process', async (t) => {
  const first = await startPerl(t, sleeper, { arguments: ['first'] })
  const source = createProcessSource()
  const before = await find(source, first.pid)
  await first.end()
  const again = `
    my $want = shift;
    for (1..500) {
      open my $f, '>', '/proc/sys/kernel/ns_last_pid' or die; print $f $want - 1; close $f;
      my $p = fork; if (!$p) { exit if $$ != $want; sleep 1000; exit }
      if ($p == $want) { print "up\\n"; sleep 1000 } waitpid $p, 0;
    }`
  await startPerl(t, again, { arguments: [String(first.pid)] })
  const after = await find(source, first.pid)
  t.equal(after?.process.id?.pid, before?.process.id?.pid)
  t.not(after?.process.id?.startTicks, before?.process.id?.startTicks)
  t.equal(before?.process.arguments.at(-1), 'first')
  t.equal(after?.process.arguments.at(-1), String(first.pid))
})

t.test('processes may come and go while they are listed', async (t) => {
  const churn = 'print "up\\n"; while (1) { my $p = fork; exit if !$p; waitpid $p, 0 }'
  const { pid } = await startPerl(t, churn)
  const source = createProcessSource()
  for (let count = 0; count < 20; count++) {
    const { processes } = await source.list({ inspect: () => true })
    t.ok(processes.some(({ process }) => process.id?.pid === pid))
  }
})

t.test('a source that can read nothing says so', async (t) => {
  const root = t.testdir({ self: { stat: '' }, 812: { stat: { not: 'a file' } } })
  const source = createProcessSource({ procRoot: root })
  await t.rejects(source.list(), { name: 'UnavailableError', code: 'PROCESSES_UNREADABLE' })
})
