import fc from 'fast-check'
import t from 'tap'
import { parseMessageQueues } from '../../../../agent/group/coupling/reading/message-queue-listing.ts'
import {
  mayHang,
  parseMounts,
  parseOpenFileInfo,
} from '../../../../agent/group/coupling/reading/open-file-identity.ts'
import { parseTcpSockets } from '../../../../agent/group/coupling/reading/tcp-listing.ts'
import { parseUnixSockets } from '../../../../agent/group/coupling/reading/unix-socket-listing.ts'
import { formatTcpAddress, isLoopback } from '../../../../agent/group/coupling/tcp-address.ts'

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
      return t.same([...parseUnixSockets(listing)], expected)
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
      const found = [...parseUnixSockets(forged.map((line) => socketLine(line, 0)).join('\n'))]
      const pairs = new Set(found.map(({ inode, peer }) => `${inode} ${peer}`))
      return lines.every(({ inode, peer }) => pairs.has(`${inode} ${peer}`))
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void [...parseUnixSockets(text)]))
  t.end()
})

t.test('TCP sockets are those that are connected or listen', (t) => {
  const text = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000   107        0 4711 1 0 100 0',
    '  10: 0100007F:18EB 0100007F:D431 01 00000000:00000000 00:00000000 00000000   107        0 4712 1 0 20 4',
    '  11: 0100007F:D432 0100007F:18EB 06 00000000:00000000 03:00001767 00000000     0        0 0 3 0',
    '  12: 0000000000000000FFFF00000100007F:D431 0000000000000000FFFF00000100007F:18EB 08 0:0 0:0 0 1 0 4713 1',
    '',
  ].join('\n')
  t.same(parseTcpSockets(text, 'net:[1]'), [
    {
      namespace: 'net:[1]',
      local: '0100007F:18EB',
      remote: '00000000:0000',
      state: 'listening',
      inode: '4711',
    },
    {
      namespace: 'net:[1]',
      local: '0100007F:18EB',
      remote: '0100007F:D431',
      state: 'connected',
      inode: '4712',
    },
    {
      namespace: 'net:[1]',
      local: '0100007F:D431',
      remote: '0100007F:18EB',
      state: 'connected',
      inode: '4713',
    },
  ])
  fc.assert(fc.property(fc.string(), (any) => void parseTcpSockets(any, '')))
  t.end()
})

t.test('TCP addresses are written as people know them', (t) => {
  t.equal(formatTcpAddress('0100007F:18EB'), '127.0.0.1:6379')
  t.equal(formatTcpAddress('00000000000000000000000001000000:0019'), '[::1]:25')
  t.equal(formatTcpAddress('B80D0120000000000000000001000000:0050'), '[2001:db8::1]:80')
  t.same(
    ['0100007F:1', '0109087F:1', '00000000000000000000000001000000:1', '0100000A:1', '7F000001:1'].map(
      isLoopback,
    ),
    [true, true, true, false, false],
  )
  const byte = fc.nat(255)
  fc.assert(
    fc.property(byte, byte, byte, byte, fc.nat(65_535), (a, b, c, d, port) => {
      const hex = [d, c, b, a].map((one) => one.toString(16).padStart(2, '0').toUpperCase()).join('')
      return formatTcpAddress(`${hex}:${port.toString(16)}`) === `${a}.${b}.${c}.${d}:${port}`
    }),
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
