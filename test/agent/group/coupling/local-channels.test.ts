import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sleeper, startPerl } from '../../process/sample-process.ts'
import { edgesAt, joinedBy, startPair } from './sample-pair.ts'

t.test('processes that share nothing are not joined', async (t) => {
  t.same(await joinedBy(await startPair(t, {})), [])
  const [one, other] = [await startPerl(t, sleeper), await startPerl(t, sleeper)]
  t.same(await edgesAt([one.pid, other.pid]), [])
})

t.test('parent and child in one session', async (t) => {
  const parent = await startPerl(t, '$0 = "a\\nb"; my $p = fork; print "up\\n$p\\n" if $p; sleep 1000')
  const child = Number(await parent.line())
  t.same(await edgesAt([parent.pid]), [
    { what: `SESSION session ${parent.pid}, started by a\\u{a}b`, pids: [parent.pid, child] },
  ])
})

t.test('a pipe', async (t) => {
  const pair = await startPair(t, {
    before: 'pipe(my $r, my $w) or die',
    first: 'close $w; push @keep, $r',
    second: 'close $r; push @keep, $w',
    after: 'close $r; close $w',
  })
  t.match(await joinedBy(pair), [/^PIPE pipe \d+$/])
})

t.test('a pipe that none of them reads joins nothing', async (t) => {
  const before = 'pipe(my $r, my $w) or die; push @keep, $w; close $r'
  t.same(await joinedBy(await startPair(t, { before })), [])
})

t.test('a named pipe, whatever it is called', async (t) => {
  const path = join(t.testdir({}), 'orders\x1b[31m')
  const pair = await startPair(t, {
    before: `my $path = "${path.replace('\x1b', '\\e')}"; POSIX::mkfifo($path, 0600) or die`,
    first: 'open my $f, "<", $path or die; push @keep, $f',
    second: 'open my $f, ">", $path or die; push @keep, $f',
  })
  t.same(await joinedBy(pair), [`FIFO named pipe ${path.replace('\x1b', '\\u{1b}')}`])
})

t.test('a file that both write', async (t) => {
  const folder = t.testdir({})
  const open = (mode: string, file: string) =>
    `open my $f, '${mode}', '${folder}/${file}' or die "open: $!"; push @keep, $f`
  const joined = async (file: string, modes: readonly [string, string]) => {
    writeFileSync(join(folder, file), '')
    return joinedBy(await startPair(t, { first: open(modes[0], file), second: open(modes[1], file) }))
  }
  t.same(await joined('written', ['>>', '+<']), [`WRITTEN_FILE written file ${folder}/written`])
  t.same(await joined('read-by-one', ['>>', '<']), [])
  t.same(await joined('read', ['<', '<']), [])
})

t.test('a file is told from another of the same name, and known under another folder', async (t) => {
  const root = t.testdir({ a: { one: '', two: '' }, b: { one: '', two: '' } })
  const append = (path: string) => `open my $f, '>>', '${root}/${path}' or die; push @keep, $f`
  t.same(await joinedBy(await startPair(t, { first: append('a/one'), second: append('b/one') })), [])
  // In a mount namespace of their own, both folders are one.
  const bind = ['unshare', '--mount', 'sh', '-c', `mount --bind ${root}/a ${root}/b && exec "$@"`, 'sh']
  const pair = await startPair(t, { first: append('a/two'), second: append('b/two') }, { wrapper: bind })
  t.same(await joinedBy(pair), [`WRITTEN_FILE written file ${root}/a/two`])
})

t.test('one of them traces the other', async (t) => {
  // PTRACE_SEIZE does not stop it.
  const second = 'syscall(101, 0x4206, $pids[0], 0, 0) == 0 or die "ptrace: $!"'
  t.same(await joinedBy(await startPair(t, { second })), ['PTRACE perl traces it'])
})

t.test('two of a kind are one edge, and counted', async (t) => {
  const folder = t.testdir({})
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), '')
  const pair = await startPair(t, {
    before: 'pipe(my $r, my $w) or die; pipe(my $r2, my $w2) or die; pipe(my $r3, my $w3) or die',
    first: 'push @keep, $r, $r2, $r3; close $_ for $w, $w2, $w3',
    second: 'push @keep, $w, $w2, $w3; close $_ for $r, $r2, $r3',
    after: 'close $_ for $r, $w, $r2, $w2, $r3, $w3',
  })
  t.match(await joinedBy(pair), [/^PIPE pipe \d+ and 2 more$/])
})
