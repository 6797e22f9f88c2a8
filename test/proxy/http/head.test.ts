import fc from 'fast-check'
import t from 'tap'
import type { HeadProblem } from '../../../proxy/http/fields.ts'
import { isProblem, parseRequestHead, parseResponseHead, type RequestHead } from '../../../proxy/http/head.ts'
import { writeRequestHead, writeResponseHead } from '../../../proxy/http/write-heads.ts'

const limits = { fields: 20, target: 100 }
const head = (...lines: string[]) => parseRequestHead(lines.join('\r\n'), limits)
const status = (...lines: string[]) => (head(...lines) as HeadProblem).status

t.test('requests', (t) => {
  t.match(head('GET /a?b HTTP/1.1', 'Host: Shop.example:80'), {
    method: 'GET',
    target: '/a?b',
    host: 'shop.example',
    framing: 'none',
    keepAlive: true,
  })
  t.match(head('POST / HTTP/1.1', 'Host: a', 'Content-Length: 12'), { framing: 12 })
  t.match(head('POST / HTTP/1.1', 'Host: a', 'transfer-encoding: Chunked'), { framing: 'chunked' })
  t.match(head('GET / HTTP/1.0'), { host: '', minor: 0, keepAlive: false })
  t.match(head('GET / HTTP/1.0', 'Connection: keep-alive'), { keepAlive: true })
  t.match(head('GET / HTTP/1.1', 'Host: a', 'Connection: x, Close'), { keepAlive: false })
  t.match(head('GET http://b.example?x HTTP/1.1', 'Host: a'), { target: '/?x', host: 'b.example' })
  t.match(head('OPTIONS * HTTP/1.1', 'Host: [::1]:8080'), { target: '*', host: '[::1]' })
  const asked = ['GET / HTTP/1.1', 'Host: a', 'Connection: keep-alive, Upgrade', 'Upgrade: WebSocket']
  t.match(head(...asked), { upgrade: true })
  t.match(head('GET / HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: h2c'), { upgrade: false })
  t.end()
})

t.test('what could be read in two ways is refused', (t) => {
  const start = ['POST / HTTP/1.1', 'Host: a'] as const
  const bad: Record<string, string[]> = {
    'both framings': [...start, 'Content-Length: 3', 'Transfer-Encoding: chunked'],
    'two lengths': [...start, 'Content-Length: 3', 'Content-Length: 3'],
    'a list of lengths': [...start, 'Content-Length: 3, 3'],
    'a signed length': [...start, 'Content-Length: +3'],
    'a space before the colon': [...start, 'Content-Length : 3'],
    'a folded line': [...start, 'X: a', ' b'],
    'no name': [...start, ': a'],
    'a bare line feed': [...start, 'X: a\nContent-Length: 3'],
    'a bare return': [...start, 'X: a\rContent-Length: 3'],
    'a NUL': [...start, 'X: a\0'],
    'no host': ['GET / HTTP/1.1'],
    'two hosts': [...start, 'Host: b'],
    'a host that is none': ['GET / HTTP/1.1', 'Host: a b'],
    'a user in the host': ['GET / HTTP/1.1', 'Host: a@b'],
    'no path': ['GET a HTTP/1.1', 'Host: a'],
    'a tab in the line': ['GET\t/ HTTP/1.1', 'Host: a'],
    'two spaces': ['GET  / HTTP/1.1', 'Host: a'],
    'chunks in 1.0': ['POST / HTTP/1.0', 'Transfer-Encoding: chunked'],
  }
  for (const [what, lines] of Object.entries(bad)) t.equal(status(...lines), 400, what)
  t.equal(status(...start, 'Transfer-Encoding: gzip, chunked'), 501)
  t.equal(status('CONNECT a:1 HTTP/1.1', 'Host: a'), 501)
  t.equal(status('GET / HTTP/2.0', 'Host: a'), 505)
  t.equal(status(`GET /${'a'.repeat(100)} HTTP/1.1`, 'Host: a'), 414)
  t.equal(status(...start, ...Array.from({ length: 20 }, () => 'a: b')), 431)
  t.end()
})

t.test('answers', (t) => {
  const answer = (method: string, ...lines: string[]) => parseResponseHead(lines.join('\r\n'), method, limits)
  t.match(answer('GET', 'HTTP/1.1 200 OK', 'Content-Length: 3'), { status: 200, framing: 3, keepAlive: true })
  t.match(answer('GET', 'HTTP/1.1 200'), { framing: 'close', keepAlive: false })
  t.match(answer('HEAD', 'HTTP/1.1 200 OK', 'Content-Length: 3'), { framing: 'none', keepAlive: true })
  t.match(answer('GET', 'HTTP/1.1 304 Not Modified', 'Content-Length: 3'), { framing: 'none' })
  t.match(answer('GET', 'HTTP/1.0 200 OK', 'Content-Length: 3'), { keepAlive: false })
  t.match(answer('GET', 'HTTP/2 200 OK'), { status: 400 })
  t.match(answer('GET', 'HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked'), {
    status: 400,
  })
  t.end()
})

const token = fc.stringMatching(/^[a-zA-Z-]{1,12}$/)
const value = fc.stringMatching(/^[!-~]{0,12}$/)

t.test(
  'whatever bytes come, a head is read or refused; and what is read, is sent on as it would be read again',
  (t) => {
    const origin = { clientAddress: '10.0.0.9', localPort: 80, secure: false }
    const fields = fc.array(fc.tuple(token, value), { maxLength: 6 })
    fc.assert(
      fc.property(fields, fc.string({ maxLength: 60, unit: 'binary' }), (given, noise) => {
        const lines = ['GET /x HTTP/1.1', 'Host: a', ...given.map(([name, value]) => `${name}: ${value}`)]
        parseRequestHead(noise, limits)
        parseResponseHead(noise, 'GET', limits)
        parseRequestHead(`${lines.join('\r\n')}\r\n${noise}`, limits)
        const read = parseRequestHead(lines.join('\r\n'), limits)
        if (isProblem(read)) return true
        const text = writeRequestHead(read, origin)
        const again = parseRequestHead(text.slice(0, -4), { ...limits, fields: 40 })
        return !isProblem(again) && again.framing === read.framing && again.host === read.host
      }),
      { numRuns: 500 },
    )
    t.pass('for all')
    t.end()
  },
)

const lines = (text: string) => text.split('\r\n').slice(0, -2)

t.test('a backend learns who asks, and nothing of the connection', (t) => {
  const request = head(
    'GET / HTTP/1.1',
    'Host: shop.example',
    'Connection: close, X-Secret, Host',
    'X-Secret: 1',
    'Keep-Alive: 5',
    'X-Forwarded-For: 1.1.1.1',
    'X-Forwarded-Proto: https',
    'Forwarded: for=1.1.1.1',
    'Accept: */*',
  ) as RequestHead
  const origin = { clientAddress: 'fd00::9', localPort: 8443, secure: true }
  t.same(lines(writeRequestHead(request, origin)), [
    'GET / HTTP/1.1',
    'Host: shop.example',
    'Accept: */*',
    'X-Forwarded-For: 1.1.1.1, fd00::9',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: shop.example',
    'X-Forwarded-Port: 8443',
    'Forwarded: for=1.1.1.1, for="[fd00::9]";proto=https;host="shop.example"',
  ])
  const answer = parseResponseHead(
    'HTTP/1.1 200 OK\r\nKeep-Alive: 3\r\nConnection: close\r\nA: b',
    'GET',
    limits,
  )
  if (isProblem(answer)) throw new Error(answer.reason)
  t.same(lines(writeResponseHead(answer, request, false)), ['HTTP/1.1 200 OK', 'A: b', 'Connection: close'])
  t.end()
})
