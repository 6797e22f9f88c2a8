import t from 'tap'
import { startPerl } from '../../process/sample-process.ts'
import { edgesAt, joinedBy, startPair } from './sample-pair.ts'

// From sys/mman.h.
const [readOnly, readWrite] = [1, 3]
const [shared, privately, sharedAnonymous] = [1, 2, 0x21]

t.test('a file that both have mapped and one writes', async (t) => {
  const text = 'x'.repeat(4096)
  const folder = t.testdir({ written: text, read: text, private: text })
  const map = (file: string, rights: number, flags: number) =>
    `open my $f, '+<', '${folder}/${file}' or die; mapped($f, ${rights}, ${flags}); close $f`
  const joined = async (first: string, second: string) => joinedBy(await startPair(t, { first, second }))
  t.same(await joined(map('written', readWrite, shared), map('written', readOnly, shared)), [
    `SHARED_MAPPING shared mapping of ${folder}/written`,
  ])
  t.same(await joined(map('read', readOnly, shared), map('read', readOnly, shared)), [])
  t.same(await joined(map('private', readWrite, shared), map('private', readWrite, privately)), [])
})

t.test('memory without a file', async (t) => {
  const pair = await startPair(t, { before: `mapped(undef, ${readWrite}, ${sharedAnonymous})` })
  const { parent, first, second } = pair
  t.same(await edgesAt([parent, first, second]), [
    { what: 'SHARED_MAPPING shared anonymous memory', pids: [parent, first] },
    { what: 'SHARED_MAPPING shared anonymous memory', pids: [parent, second] },
  ])
})

t.test('a memory file', async (t) => {
  const map = `mapped($f, ${readWrite}, ${shared}); close $f`
  const pair = await startPair(t, {
    before: `my $name = "ring"; my $number = syscall(319, $name, 0); open my $f, '+<&=', $number or die;
      truncate $f, 4096`,
    first: map,
    second: map,
    after: 'close $f',
  })
  t.same(await joinedBy(pair), ['SHARED_MAPPING shared mapping of /memfd:ring (deleted)'])
})

t.test('POSIX shared memory, mapped or only open', async (t) => {
  const path = `/dev/shm/cleave-test-${process.pid}`
  const parts = {
    before: `open my $made, '+>', '${path}' or die; truncate $made, 4096; close $made`,
    last: `unlink '${path}'`,
  }
  const open = (mode: string) => `open my $f, '${mode}', '${path}' or die;`
  const map = (mode: string, rights: number) => `${open(mode)} mapped($f, ${rights}, ${shared}); close $f`
  const keep = (mode: string) => `${open(mode)} push @keep, $f`
  const expected = [`POSIX_SHARED_MEMORY POSIX shared memory ${path} (deleted)`]
  const mapped = { first: map('+<', readWrite), second: map('+<', readOnly) }
  t.same(await joinedBy(await startPair(t, { ...parts, ...mapped })), expected)
  const opened = { first: keep('+<'), second: keep('<') }
  t.same(await joinedBy(await startPair(t, { ...parts, ...opened })), expected)
})

t.test('a POSIX message queue, one sending and one receiving', async (t) => {
  const name = `cleave-test-${process.pid}`
  const [createAndWrite, createAndRead] = [0o101, 0o100]
  const open = (flags: number) =>
    `my $queue = syscall(240, $name, ${flags}, 0600, 0); die "mq_open: $!" if $queue < 0`
  const pair = await startPair(t, {
    before: `my $name = '${name}'`,
    first: open(createAndWrite),
    second: open(createAndRead),
    last: 'syscall(241, $name)',
  })
  t.same(await joinedBy(pair), [`POSIX_SHARED_MEMORY POSIX message queue /${name} (deleted)`])
})

t.test('System V shared memory', async (t) => {
  const attach = 'syscall(30, $id, 0, 0) == -1 and die "shmat: $!"'
  const pair = await startPair(t, {
    before: 'my $id = shmget(0x1ea00000 + $$, 4096, 01600) // die "shmget: $!"',
    first: attach,
    second: attach,
    last: 'shmctl($id, 0, 0)',
  })
  const key = (0x1ea0_0000 + pair.parent).toString(16)
  t.same(await joinedBy(pair), [`SYSTEM_V_IPC System V shared memory, key 0x${key}`])
})

t.test('a System V message queue', async (t) => {
  const pair = await startPair(t, {
    before: 'my $id = msgget(0, 01600) // die "msgget: $!"',
    first: 'msgsnd($id, pack("l! a*", 1, "order"), 0) or die "msgsnd: $!"',
    second: 'msgrcv($id, my $got, 100, 0, 0) or die "msgrcv: $!"',
  })
  const [what = ''] = await joinedBy(pair)
  t.match(what, /^SYSTEM_V_IPC System V message queue \d+$/)
  const remove = `msgctl(${what.split(' ').at(-1)}, 0, 0) or die; print "up\\n"`
  await (await startPerl(t, remove)).end()
})
