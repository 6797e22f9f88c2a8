import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import t from 'tap'
import { startPerl } from '../../process/sample-process.ts'
import { connect, listen, ownNetwork, startMeeting } from './meeting.ts'
import { edgesAt, joinedBy, startPair } from './sample-pair.ts'

const inet = (ip: string, port: number) =>
  `my $family = AF_INET; my $address = pack_sockaddr_in(${port}, inet_aton('${ip}'))`
const inet6 = (ip: string, port: number) =>
  `my $family = AF_INET6; my $address = pack_sockaddr_in6(${port}, inet_pton(AF_INET6, '${ip}'))`

/** One that nobody else uses, as far as this machine can tell. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

t.test('TCP over the loopback and over an address of the machine', async (t) => {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)
  for (const ip of ['127.0.0.1', '127.8.9.1', ...(own === undefined ? [] : [own.address])]) {
    const port = await freePort()
    const [what = '', ...others] = await joinedBy(await startMeeting(t, inet(ip, port)))
    t.same(others, [])
    t.match(what, /^LOOPBACK_TCP TCP connection [\d.:]+ - [\d.:]+$/)
    t.ok(what.includes(`${ip}:${port}`), what)
  }
})

t.test('TCP over IPv6, and between IPv4 and a socket of IPv6', async (t) => {
  const port = await freePort()
  const [what = ''] = await joinedBy(await startMeeting(t, inet6('::1', port)))
  t.match(what, /^LOOPBACK_TCP TCP connection \[::1\]:\d+ - \[::1\]:\d+$/)
  const [mapped = ''] = await joinedBy(await startMeeting(t, inet6('::ffff:127.0.0.1', await freePort())))
  t.match(mapped, /^LOOPBACK_TCP TCP connection 127\.0\.0\.1:\d+ - 127\.0\.0\.1:\d+$/)
})

t.test('TCP that nobody has accepted yet, and a listener that both inherited', async (t) => {
  const port = await freePort()
  const waiting = await startPair(t, { before: inet('127.0.0.1', port), first: listen, second: connect })
  t.match(await joinedBy(waiting), [/^LOOPBACK_TCP TCP connection 127\.0\.0\.1:\d+ - 127\.0\.0\.1:\d+$/])
  const before = `${inet('127.0.0.1', port + 1)}; ${listen}`
  const inherited = await startPair(t, { before, after: 'close pop @keep' })
  t.same(await joinedBy(inherited), [`SHARED_SOCKET TCP socket 127.0.0.1:${port + 1}`])
})

t.test('network namespaces have sockets of their own', async (t) => {
  const port = await freePort()
  const one = await startMeeting(t, inet('127.0.0.1', port), { wrapper: ownNetwork })
  const other = await startMeeting(t, inet('127.0.0.1', port), { wrapper: ownNetwork })
  for (const pair of [one, other]) {
    t.match(await joinedBy(pair), [/^LOOPBACK_TCP TCP connection 127\.0\.0\.1:\d+ - 127\.0\.0\.1:\d+$/])
  }
})

t.test('UDP sockets that both hold are one', async (t) => {
  // Up when the child has a session of its own. The pipe that says so joins them no longer than that.
  const program = `use Socket; socket(my $u, AF_INET, SOCK_DGRAM, 0); pipe(my $r, my $w); my $p = fork;
    if (!$p) { POSIX::setsid(); syswrite $w, "."; close $r; close $w; sleep 1000 }
    sysread $r, my $told, 1; close $r; close $w; print "up\\n$p\\n"; sleep 1000`
  const parent = await startPerl(t, program)
  const child = Number(await parent.line())
  t.teardown(() => void process.kill(child, 'SIGKILL'))
  t.match(await edgesAt([parent.pid]), [{ what: /^SHARED_SOCKET socket \d+$/, pids: [parent.pid, child] }])
})
