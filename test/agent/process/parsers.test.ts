import fc from 'fast-check'
import t from 'tap'
import { parseAccessMode } from '../../../agent/process/access-mode.ts'
import { parseAccounts } from '../../../agent/process/accounts.ts'
import { parseCgroup } from '../../../agent/process/cgroup.ts'
import { longestCommandLine, parseCommandLine } from '../../../agent/process/command-line.ts'
import { addOpenFile, type OpenFiles } from '../../../agent/process/open-files.ts'
import { measureUse } from '../../../agent/process/processor-use.ts'
import { parseSharedMappings } from '../../../agent/process/shared-mappings.ts'

t.test('units are found as systemd finds them', (t) => {
  const place = (cgroup: string) => {
    const { unit, userUnit } = parseCgroup(`0::${cgroup}\n`)
    return [unit, userUnit]
  }
  t.same(place('/system.slice/nginx.service'), ['nginx.service', ''])
  t.same(place('/system.slice/system-postgresql.slice/postgresql@15-main.service/worker'), [
    'postgresql@15-main.service',
    '',
  ])
  t.same(place('/user.slice/user-1000.slice/session-3.scope'), ['session-3.scope', ''])
  t.same(place('/user.slice/user-1000.slice/user@1000.service/app.slice/sync.service'), [
    'user@1000.service',
    'sync.service',
  ])
  t.same(place('/user.slice/user-1000.slice/user@1000.service/init.scope'), [
    'user@1000.service',
    'init.scope',
  ])
  t.same(place('/init.scope'), ['init.scope', ''])
  t.same(place('/system.slice/_odd.service'), ['odd.service', ''])
  t.same(place('/docker/8d3f'), ['', ''])
  t.same(place('/system.slice'), ['', ''])
  t.same(place('/'), ['', ''])
  t.same(place('/system.slice/gone.service (deleted)'), ['gone.service', ''])
  t.end()
})

t.test('units come from the hierarchy of systemd where version 2 does not show them', (t) => {
  const hybrid = '9:name=systemd:/system.slice/cron.service\n8:pids:/a\n0::/\n'
  t.same(parseCgroup(hybrid), { cgroup: '/', unit: 'cron.service', userUnit: '' })
  t.same(parseCgroup('1:name=systemd:/system.slice/cron.service\n'), {
    cgroup: '',
    unit: 'cron.service',
    userUnit: '',
  })
  t.same(parseCgroup('0::/system.slice/a.service\n1:name=systemd:/system.slice/b.service\n'), {
    cgroup: '/system.slice/a.service',
    unit: 'a.service',
    userUnit: '',
  })
  t.same(parseCgroup(''), { cgroup: '', unit: '', userUnit: '' })
  fc.assert(fc.property(fc.string(), (text) => void parseCgroup(text)))
  t.end()
})

t.test('arguments come back as they were passed', (t) => {
  const argument = fc.string({ maxLength: 40 }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(fc.array(argument), argument, (front, last) => {
      // Zero bytes at the end are no arguments: a process that shortens its title leaves them.
      const passed = last === '' ? front.filter(Boolean) : [...front, last]
      return t.same(parseCommandLine(Buffer.from(passed.map((one) => `${one}\0`).join(''))), passed)
    }),
  )
  t.same(parseCommandLine(Buffer.from('nginx: worker process\0\0\0\0')), ['nginx: worker process'])
  t.same(parseCommandLine(Buffer.from('no zero byte at its end')), ['no zero byte at its end'])
  t.same(parseCommandLine(Buffer.alloc(0)), [])
  t.equal(parseCommandLine(Buffer.alloc(100_000, 'x'))[0]?.length, longestCommandLine)
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseCommandLine(Buffer.from(bytes))))
  t.end()
})

t.test('the first name of a user counts', (t) => {
  const text =
    'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\nshop:x:1001:1001::/:\n+nis\nbad:x:-1\n#a:b:7x\n'
  t.same(
    [...parseAccounts(text)],
    [
      [0, 'root'],
      [1001, 'shop'],
    ],
  )
  fc.assert(fc.property(fc.string(), (any) => void parseAccounts(any)))
  t.end()
})

t.test('shared memory is told from private memory, and written from read', (t) => {
  const maps = [
    '55f0c0a00000-55f0c0a01000 rw-p 00000000 fe:00 338846                     /srv/s file s ',
    '7f00c0a00000-7f00c0a01000 rw-s 00000000 fe:00 12                         /srv/shop/cache',
    '7f00c0a01000-7f00c0a02000 r--s 00001000 fe:00 12                         /srv/shop/cache',
    '7f00c0b00000-7f00c0b01000 r--s 00000000 fe:00 13                         /usr/lib/gconv-modules.cache',
    '7f00c0c00000-7f00c0c01000 rw-s 00000000 00:01 0                          /SYSV000004d2 (deleted)',
    '7f00c0d00000-7f00c0d01000 rw-s 00000000 00:01 1033                       /memfd:a\\012b (deleted)',
    '7f00c0d01000-7f00c0d02000 rw-s 00000000 00:0e 1034                       anon_inode:[io_uring]',
    '7f00c0d02000-7f00c0d03000 rw-s 00000000 00:06 99                         /dev/dri/card0',
    '7f00c0d03000-7f00c0d04000 rw-s 00000000 00:01 77                         /dev/zero (deleted)',
    '7f00c0d04000-7f00c0d05000 rw-s 00000000 00:19 5                          /dev/shm/ring',
    '7f00c0e00000-7f00c0e01000 rw-s 00000000 00:00 0 ',
    '7ffe00000000-7ffe00001000 rw-p 00000000 00:00 0                          [stack]',
    '',
  ].join('\n')
  t.same(
    parseSharedMappings(maps).map(({ object, path, isWritable }) => [object, path, isWritable]),
    [
      ['fe:00:12', '/srv/shop/cache', true],
      ['fe:00:13', '/usr/lib/gconv-modules.cache', false],
      ['00:01:0', '/SYSV000004d2 (deleted)', true],
      ['00:01:1033', '/memfd:a\\012b (deleted)', true],
      ['00:01:77', '/dev/zero (deleted)', true],
      ['00:19:5', '/dev/shm/ring', true],
    ],
  )
  fc.assert(fc.property(fc.string(), (text) => void parseSharedMappings(`${text}s `)))
  t.end()
})

t.test('open files are sorted by what processes can meet in', (t) => {
  const files: OpenFiles = { sockets: [], pipes: [], paths: [] }
  const targets = [
    'socket:[81]',
    'pipe:[82]',
    '/srv/shop/orders.db',
    '/dev/null',
    '/dev/pts/3',
    '/dev/shm/ring',
    '/proc/812/stat',
    '/sys/kernel/x',
    'anon_inode:[eventfd]',
    '/memfd:a (deleted)',
    '/devices/not-dev',
    '/a\nb',
  ]
  for (const [index, target] of targets.entries()) addOpenFile(files, String(index), target)
  t.same(files.sockets, ['81'])
  t.same(files.pipes, [{ descriptor: '1', inode: '82' }])
  t.same(
    files.paths.map(({ path }) => path),
    ['/srv/shop/orders.db', '/dev/shm/ring', '/memfd:a (deleted)', '/devices/not-dev', '/a\nb'],
  )
  t.end()
})

t.test('the mode of a link says how its file is open', (t) => {
  t.same(parseAccessMode(0o120500), { canRead: true, canWrite: false })
  t.same(parseAccessMode(0o120300), { canRead: false, canWrite: true })
  t.same(parseAccessMode(0o120700), { canRead: true, canWrite: true })
  t.end()
})

t.test('processor use is measured since the last time, over half a second at least', (t) => {
  const born = measureUse({ last: undefined, cpuTicks: 100, at: 5000, age: 2000 })
  t.same(born, { cpuTicks: 100, at: 5000, cores: 0.5 })
  t.equal(measureUse({ last: born, cpuTicks: 110, at: 5100, age: 2100 }), born)
  t.equal(measureUse({ last: born, cpuTicks: 300, at: 6000, age: 3000 }).cores, 2)
  t.equal(measureUse({ last: undefined, cpuTicks: 0, at: 1, age: 0 }).cores, 0)
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (first, then, at, age) => {
      const last = measureUse({ last: undefined, cpuTicks: first, at, age })
      const { cores } = measureUse({ last, cpuTicks: then, at: at + age, age })
      return Number.isFinite(cores) && cores >= 0
    }),
  )
  t.end()
})
