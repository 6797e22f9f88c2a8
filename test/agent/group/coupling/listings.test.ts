import fc from 'fast-check'
import t from 'tap'
import { parseMessageQueues } from '../../../../agent/group/coupling/reading/message-queue-listing.ts'
import {
  mayHang,
  parseMounts,
  parseOpenFileInfo,
} from '../../../../agent/group/coupling/reading/open-file-identity.ts'
import { parseSockets } from '../../../../agent/group/coupling/reading/socket-listing.ts'

interface Line {
  name: string
  inode: number
  peer: number
  pending: number[]
}

/** As ss writes it, with the blanks of its columns. */
function socketLine({ name, inode, peer, pending }: Line, width: number): string {
  const state = pending.length > 0 ? 'LISTEN' : 'ESTAB '
  const peers = pending.length > 0 ? `peers: ${pending.join(' ')}` : 'ino:5 dev:0/65024'
  return `u_str ${state} 0      128 ${(name || '*').padStart(width)} ${inode} * ${peer}     <-> ${peers}  `
}

const anyLine = fc.record({
  // Names of sockets can't be empty, and blanks at their ends are lost in the columns.
  name: fc.oneof(
    fc.constant(''),
    fc.string({ maxLength: 100 }).map((text) => `@${text.replaceAll('\n', ' ').trim()}`),
  ),
  inode: fc.integer({ min: 1, max: 2 ** 31 }),
  peer: fc.nat(2 ** 31),
  pending: fc.array(fc.integer({ min: 1, max: 2 ** 31 }), { maxLength: 5 }),
})

t.test('unix sockets come back as they were listed', (t) => {
  fc.assert(
    fc.property(fc.array(anyLine), fc.nat(60), (lines, width) => {
      const listing = lines.map((line) => socketLine(line, width)).join('\n')
      const expected = lines.map(({ name, inode, peer, pending }) => ({
        inode: String(inode),
        peer: String(peer),
        name,
        pending: pending.map(String),
      }))
      return t.same([...parseSockets(listing)], expected)
    }),
  )
  t.end()
})

t.test('a name with line ends, or one that looks like a line, hides no other socket', (t) => {
  const hostile = fc.array(
    fc.constantFrom(
      '\n',
      ' ',
      '*',
      '<->',
      '7 * 8 <-> ',
      'u_str ESTAB 0 0 * 1 * 2 <->',
      'peers: 9',
      'x',
      '12',
    ),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(fc.array(anyLine, { minLength: 1 }), hostile, fc.nat(), (lines, parts, at) => {
      const forged = lines.map((line, index) =>
        index === at % lines.length ? { ...line, name: `@${parts.join('')}` } : line,
      )
      const found = [...parseSockets(forged.map((line) => socketLine(line, 0)).join('\n'))]
      const pairs = new Set(found.map((socket) => ('peer' in socket ? `${socket.inode} ${socket.peer}` : '')))
      return lines.every(({ inode, peer }) => pairs.has(`${inode} ${peer}`))
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void [...parseSockets(`tcp ${text}\n${text}`)]))
  t.end()
})

t.test('TCP sockets are those that are connected or listen, wherever they are among the others', (t) => {
  const listing = [
    'tcp   LISTEN     0      5            127.0.0.1%lo:45672             0.0.0.0:*      ino:489721 sk:1 cgroup:/ <->',
    'u_str ESTAB      0      0                  @a b 7 * 8     <->',
    'tcp   ESTAB      0      0               127.0.0.1:42954           127.0.0.1:45671  uid:107 ino:489718 sk:2 <->',
    'tcp   LISTEN     1      5                       *:45671                   *:*      ino:489717 sk:4 v6only:0 <->',
    'tcp   ESTAB      0      0                   [::1]:45671               [::1]:56142  ino:0 sk:5 cgroup:/ <->',
    'tcp   SYN-SENT   0      1               10.0.0.1:40000            10.0.0.2:80     ino:5 sk:5 <->',
    'tcp   CLOSE-WAIT 0      0      [::ffff:127.0.0.1]:45671  [::ffff:127.0.0.1]:42954  timer:(keepalive,1min,0) ino:489720 sk:7 <->',
    'tcp   FIN-WAIT-2 0      0      [fe80::1]%eth0:22  [fe80::2]%eth0:42954  ino:9 sk:7 <->',
    '',
  ].join('\n')
  const found = [...parseSockets(listing)].flatMap((socket) => ('peer' in socket ? [] : [socket]))
  t.same(
    found.map(({ local, remote, state, inode }) => [state, local, remote, inode]),
    [
      ['listening', '127.0.0.1:45672', '0.0.0.0:*', '489721'],
      ['connected', '127.0.0.1:42954', '127.0.0.1:45671', '489718'],
      ['listening', '*:45671', '*:*', '489717'],
      ['connected', '[::1]:45671', '[::1]:56142', '0'],
      ['connected', '127.0.0.1:45671', '127.0.0.1:42954', '489720'],
      ['connected', '[fe80::1]:22', '[fe80::2]:42954', '9'],
    ],
  )
  t.end()
})

t.test('message queues', (t) => {
  const text = [
    '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime',
    '         0          3   600          10          1   812   813     0     0     0     0 1700000000',
    '-559038737      98304   600           0          0     0     0     0     0     0     0          0',
    '',
  ].join('\n')
  t.same(parseMessageQueues(text), [
    { id: 3, lastSender: 812, lastReceiver: 813 },
    { id: 98_304, lastSender: 0, lastReceiver: 0 },
  ])
  fc.assert(fc.property(fc.string(), (any) => void parseMessageQueues(any)))
  t.end()
})

t.test('open files and mounts', (t) => {
  t.same(parseOpenFileInfo('pos:\t0\nflags:\t02100002\nmnt_id:\t27\nino:\t338846\nlock:\t1: x\n'), {
    mount: '27',
    inode: '338846',
  })
  t.same(parseOpenFileInfo('pos:\t0\nflags:\t02\nmnt_id:\t27\n'), { mount: '27', inode: undefined })
  t.equal(parseOpenFileInfo(''), undefined)
  const mounts = parseMounts(
    [
      '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
      '36 35 0:49 /a\\040b /mnt/a\\040-\\040b rw shared:1 master:2 - nfs4 host:/export rw',
      'broken',
      '',
    ].join('\n'),
  )
  t.same(
    [...mounts],
    [
      ['27', { device: '254:0', fileSystem: 'ext4' }],
      ['36', { device: '0:49', fileSystem: 'nfs4' }],
    ],
  )
  const hanging = ['nfs4', 'cifs', 'fuse.sshfs', 'fuseblk', '9p', 'virtiofs']
  const own = ['ext4', 'tmpfs', 'overlay', 'btrfs']
  t.same(
    hanging.map((fileSystem) => mayHang({ device: '', fileSystem })),
    hanging.map(() => true),
  )
  t.same(
    own.map((fileSystem) => mayHang({ device: '', fileSystem })),
    own.map(() => false),
  )
  fc.assert(fc.property(fc.string(), (any) => void [parseMounts(any), parseOpenFileInfo(any)]))
  t.end()
})
