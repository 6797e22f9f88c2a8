/** Clients as people have them, on loopback. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { makeCertificates } from '../proto/routing/certificates.ts'
import { freePort } from '../proto/routing/free-port.ts'
import { shortFolder } from '../sdk/hypervisor/qemu/short-folder.ts'
import { serveHere } from './support/here.ts'
import { dig, nsupdate, secret } from './support/program.ts'
import { sampleText } from './support/sample-zone.ts'

async function serveSample(t: Test, more: object = {}) {
  const folder = shortFolder(t)
  const file = join(folder, 'example.org.zone')
  const many = Array.from({ length: 200 }, (_, index) => `many A 10.1.0.${index + 1}`).join('\n')
  writeFileSync(file, `${sampleText}${many}\n`)
  const zones = [
    { name: 'example.org', file, updates: { keys: ['key'] }, transfers: { keys: ['key'], networks: [] } },
  ]
  return await serveHere(t, { zones, ...more }, folder)
}

t.test('dig, kdig and delv', async (t) => {
  const { port } = await serveSample(t)
  const whole = await dig(port, 'wWw.example.org', 'AAAA')
  t.match(whole, /status: NOERROR/)
  t.match(whole, /flags: qr aa;/)
  t.match(whole, /EDNS: version: 0, flags:; udp: 1232/)
  t.match(whole, /wWw.example.org.\t+2\tIN\tAAAA\tfd00::1/, 'the case of the question')
  t.match(await dig(port, 'no.example.org'), /status: NXDOMAIN.*IN\tSOA\tns.example.org/s)
  t.match(await dig(port, 'example.com'), /status: REFUSED/)
  t.match(await dig(port, 'www.example.org', '+edns=1', '+noednsneg'), /status: BADVERS/)
  t.match(await dig(port, 'www.example.org', '+opcode=4'), /status: NOTIMP/)
  t.match(await dig(port, 'www.example.org', '+opcode=9'), /status: NOTIMP/)
  t.notMatch(await dig(port, 'www.example.org', '+noedns'), /EDNS/)
  t.match(await dig(port, 'www.example.org', '+dnssec'), /flags: do; udp/)
  t.equal(
    (await dig(port, 'www.example.org', 'ANY', '+short', '+notcp')).split('\n').length,
    2,
    'one set of any',
  )

  t.match(await dig(port, 'many.example.org', '+ignore', '+notcp'), /flags: qr aa tc;.*ANSWER: 0/s)
  t.match(
    await dig(port, 'many.example.org', '+ignore', '+bufsize=4096'),
    /flags: qr aa tc;/,
    'never above 1232',
  )
  t.match(await dig(port, 'many.example.org'), /ANSWER: 200/, 'by TCP')

  const kdig = async (...words: string[]) =>
    (await execa('kdig', ['@127.0.0.1', '-p', String(port), '+retry=0', ...words], { timeout: 20_000 }))
      .stdout
  t.equal(
    await kdig('+tcp', '+short', '_http._tcp.example.org', 'SRV'),
    '0 5 80 www.example.org.\n0 5 81 ns.example.org.',
  )
  t.equal(await kdig('+short', 'text.example.org', 'TXT'), '"one string" "two"')
  const together = ['@127.0.0.1', '-p', String(port), '+tcp', '+keepopen', '+short']
  const { stdout } = await execa('kdig', [
    ...together,
    'www.example.org',
    'AAAA',
    'alias.example.org',
    'CNAME',
  ])
  t.equal(stdout, 'fd00::1\nwww.example.org.', 'two in one connection')

  const delv = await execa('delv', ['@127.0.0.1', '-p', String(port), '+noroot', 'www.example.org', 'AAAA'])
  t.match(delv.stdout, /; (authoritative|unsigned answer).*fd00::1/s)
})

t.test('nsupdate', async (t) => {
  const { port } = await serveSample(t)
  t.match(
    await nsupdate(port, ['prereq nxdomain new.example.org', 'update add new.example.org 0 A 10.2.0.1']),
    { exitCode: 0 },
  )
  t.match(
    await dig(port, 'new.example.org'),
    /new.example.org.\t+1\tIN\tA\t10.2.0.1/,
    'at once, and never without a time',
  )
  t.match(
    await nsupdate(port, ['prereq nxdomain new.example.org', 'update add new.example.org 9 A 10.2.0.2']),
    { output: /YXDOMAIN/ },
  )
  t.match(await nsupdate(port, ['update delete new.example.org']), { exitCode: 0 })
  t.match(await dig(port, 'new.example.org'), /NXDOMAIN/)
  t.match(await dig(port, 'example.org', 'SOA', '+short'), / 9 60 10 /, 'the serial has risen twice')

  const add = ['update add bad.example.org 2 A 10.2.0.1']
  t.match(await nsupdate(port, add, ['-d']), { output: /REFUSED/ }, 'without a key')
  const wrong = Buffer.from('another').toString('base64')
  t.match(await nsupdate(port, add, ['-y', `hmac-sha256:key:${wrong}`]), { output: /BADSIG|NOTAUTH/ })
  t.match(await nsupdate(port, add, ['-y', `hmac-sha256:other:${secret}`]), { output: /BADKEY|NOTAUTH/ })
  t.match(await nsupdate(port, add, ['-v', '-y', `hmac-sha512:key:${secret}`]), { output: /BADKEY|NOTAUTH/ })
  t.match(await nsupdate(port, ['zone example.com', 'update add a.example.com 2 A 10.2.0.1']), {
    output: /NOTAUTH/,
  })
  t.match(await nsupdate(port, ['update add a.example.com 2 A 10.2.0.1']), { output: /NOTZONE/ })
  t.match(await dig(port, 'bad.example.org'), /NXDOMAIN/)
  t.match(await nsupdate(port, add, ['-v', '-y', `hmac-sha256:key:${secret}`]), { exitCode: 0 }, 'by TCP')
  t.match(
    await dig(port, 'bad.example.org', '-y', `hmac-sha256:key:${secret}`),
    /10.2.0.1.*TSIG.*NOERROR/s,
    'and a signed answer',
  )
})

t.test('a whole zone, for those who may', async (t) => {
  const { port } = await serveSample(t)
  t.match(await dig(port, 'example.org', 'AXFR'), /Transfer failed/)
  const whole = await dig(port, 'example.org', 'AXFR', '-y', `hmac-sha256:key:${secret}`)
  t.match(whole, /XFR size: 223 records/)
  t.match(await dig(port, 'example.org', 'IXFR=1', '+short', '-y', `hmac-sha256:key:${secret}`), /127.0.0.1/)
  t.match(await dig(port, 'www.example.org', 'AXFR', '-y', `hmac-sha256:key:${secret}`), /Transfer failed/)
})

t.test('DNS over HTTPS', async (t) => {
  const folder = shortFolder(t)
  const { localhost } = await makeCertificates(folder, ['localhost'])
  const https = await freePort()
  const { certificate, key, authority } = localhost
  await serveSample(t, { https: { listen: `127.0.0.1:${https}`, certificate, key } })
  const kdig = await execa('kdig', [
    '@127.0.0.1',
    '-p',
    String(https),
    '+https',
    '+short',
    'www.example.org',
    'AAAA',
  ])
  t.equal(kdig.stdout, 'fd00::1')
  const byGet = await execa('kdig', [
    '@127.0.0.1',
    '-p',
    String(https),
    '+https-get',
    '+short',
    'www.example.org',
    'AAAA',
  ])
  t.equal(byGet.stdout, 'fd00::1')

  const url = `https://127.0.0.1:${https}/dns-query`
  const curl = async (...words: string[]) =>
    (
      await execa('curl', ['-sS', '--max-time', '10', '--cacert', authority, ...words], {
        encoding: 'latin1',
      })
    ).stdout
  const question = 'AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA29yZwAAHAAB'
  const answer = await curl('-i', '--http1.1', `${url}?dns=${question}`)
  t.match(answer, /200 OK.*content-type: application\/dns-message.*cache-control: max-age=2/s)
  t.match(await curl('-i', `${url}?dns=?`), /HTTP\/2 400/)
  t.match(await curl('-i', `https://127.0.0.1:${https}/`), /HTTP\/2 404/)
  t.match(await curl('-i', '-X', 'DELETE', url), /HTTP\/2 405/)
  t.match(await curl('-i', '-d', 'x', url), /HTTP\/2 415/)
  const large = join(folder, 'large')
  writeFileSync(large, Buffer.alloc(70_000))
  t.match(
    await curl('-i', '-H', 'content-type: application/dns-message', '--data-binary', `@${large}`, url),
    /HTTP\/2 413/,
  )
  t.match(await curl('-i', '-H', 'content-type: application/dns-message', '-d', 'x', url), /HTTP\/2 400/)
})

t.test('dnsperf', async (t) => {
  const { port, folder } = await serveSample(t)
  const file = join(folder, 'questions')
  writeFileSync(file, 'www.example.org A\nno.example.org A\nx.wild.example.org TXT\n')
  for (const way of ['udp', 'tcp']) {
    const words = [
      '-s',
      '127.0.0.1',
      '-p',
      String(port),
      '-d',
      file,
      '-m',
      way,
      '-n',
      '200',
      '-c',
      '4',
      '-l',
      '5',
      '-t',
      '3',
    ]
    const { stdout } = await execa('dnsperf', words, { timeout: 30_000 })
    t.match(stdout, /Queries completed: +600 \(100.00%\)/, way)
    t.match(stdout, /NOERROR 400 .*NXDOMAIN 200/s, way)
  }
})
