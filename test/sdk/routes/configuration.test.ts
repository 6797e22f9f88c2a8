/** The file routes.yaml. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseRoutesConfiguration, readRoutesConfiguration } from '../../../sdk/routes/configuration.ts'

const publishers = `publishers:
  proxy: { kind: cleave, address: /run/cleave/proxy.sock }
  names: { kind: cleave, address: '192.0.2.7:7053', tls: { authority: /a, certificate: /c, key: /k } }
  edge: { kind: haproxy, socket: /run/haproxy/admin.sock, map: /etc/haproxy/hold.map }
  zone: { kind: dns-update, server: '[2001:db8::53]:53', zone: Example.org., key: { name: cleave, algorithm: hmac-sha256, file: /k } }
`

t.test('everything that is left out is filled in', async (t) => {
  const text = `${publishers}routes:
  - group: shop
    endpoint: http
    publishers: [proxy, edge, zone]
    proxying: { listen: '0.0.0.0:80', protocol: http }
    naming: { names: [Shop.Example.org], service: _http._tcp.example.org }
    haproxy: { backend: shop }
  - { group: mail, endpoint: smtp, name: mail, to: machine, drainMilliseconds: 0 }
`
  const { publishers: named, routes } = parseRoutesConfiguration(text, 'routes.yaml')
  t.same([...named.keys()], ['proxy', 'names', 'edge', 'zone'])
  t.match(named.get('zone'), { zone: 'example.org' })
  t.match(routes, [
    {
      name: 'shop.http',
      drainMilliseconds: 2000,
      ready: { path: '', milliseconds: 20_000 },
      proxying: { listen: '0.0.0.0:80', protocol: 'HTTP', onMove: 'END', tls: null },
      naming: { names: ['shop.example.org'] },
    },
    { name: 'mail', to: 'machine', publishers: [], drainMilliseconds: 0 },
  ])
})

t.test('each mistake has its line and its field', async (t) => {
  const route = (rest: string) => `${publishers}routes:\n  - { group: shop, endpoint: http${rest} }\n`
  const mistakes: [text: string, message: RegExp][] = [
    ['publishers: { p: { kind: nginx } }', /routes.yaml:1:\d+: publishers.p.kind: /],
    ['publishers: { p: { kind: cleave, address: proxy.sock } }', /publishers.p.address: expected the path/],
    ["publishers: { p: { kind: cleave, address: '192.0.2.1:80' } }", /publishers.p.tls: expected with/],
    ["publishers: { e: { kind: haproxy, socket: /s, map: '/a b' } }", /publishers.e.map: /],
    [route(', nane: web'), /routes.yaml:7:\d+: routes.0: unknown key "nane"/],
    [route(', name: Web'), /routes.0.name: expected/],
    [route(', publishers: [other]'), /routes.yaml:7:\d+: routes.0.publishers: there is no publisher other/],
    [route(', publishers: [edge]'), /edge needs haproxy/],
    [route(', publishers: [proxy]'), /proxy needs proxying or naming/],
    [route(', publishers: [zone]'), /zone needs naming/],
    [
      route(', publishers: [zone], naming: { names: [shop.example.net] }'),
      /shop.example.net is not in example.org/,
    ],
    [
      route(", proxying: { listen: '0.0.0.0:80', protocol: udp, onMove: reconnect }"),
      /routes.0.proxying.onMove/,
    ],
    [`${route('')}  - { group: shop, endpoint: http }\n`, /routes.yaml:8:\d+: routes.1.name: another route/],
    [
      `${route(', publishers: [edge], haproxy: { backend: web }')}  - { group: mail, endpoint: http, publishers: [edge], haproxy: { backend: web } }\n`,
      /routes.1.publishers: shop.http has the backend web of edge/,
    ],
    [
      `${route(', publishers: [zone], naming: { names: [a.example.org] }')}  - { group: mail, endpoint: http, publishers: [zone], naming: { names: [a.example.org] } }\n`,
      /routes.1.publishers: another route has the name a.example.org/,
    ],
    ['routes: [', /routes.yaml:1/],
  ]
  for (const [text, message] of mistakes)
    t.throws(() => parseRoutesConfiguration(text, 'routes.yaml'), { code: 'BAD_ROUTES', message }, text)
})

t.test('no file is no route', async (t) => {
  const home = t.testdir({})
  t.same((await readRoutesConfiguration(home)).routes, [])
  writeFileSync(join(home, 'routes.yaml'), 'routes: [{ group: shop, endpoint: http }]')
  t.equal((await readRoutesConfiguration(home)).routes.length, 1)
  await t.rejects(readRoutesConfiguration(t.testdir({ 'routes.yaml': {} })), { code: 'ROUTES_UNREADABLE' })
})
