import fc from 'fast-check'
import t from 'tap'
import * as z from 'zod'
import { InvalidRequestError } from '../../../proto/errors.ts'
import type { Route } from '../../../proto/generated/route-messages.ts'
import { checkHold, checkPut, checkSwitch } from '../../../proto/routing/check.ts'
import { formatEndpoint, parseEndpoint } from '../../../proto/routing/endpoint.ts'
import { fileRoutesSchema, planFile } from '../../../proto/routing/file-routes.ts'
import { parseYaml } from '../../../proto/yaml.ts'
import { backend, proxying, route } from './sample-routes.ts'

const message = (route: unknown): string => {
  try {
    checkPut(route as Route)
    return ''
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.message
    throw error
  }
}

t.test('endpoints', (t) => {
  t.same(parseEndpoint('127.0.0.1:80'), { address: '127.0.0.1', port: 80 })
  t.same(parseEndpoint('[::1]:443'), { address: '::1', port: 443 })
  for (const wrong of ['', '80', ':80', '::1:80', '[::1]', '1.2.3:80', '1.2.3.4:0', '1.2.3.4:65536', 'a:1']) {
    t.equal(parseEndpoint(wrong), undefined, wrong)
  }
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.ipV6()),
      fc.integer({ min: 1, max: 65_535 }),
      (address, port) => parseEndpoint(formatEndpoint({ address, port }))?.port === port,
    ),
  )
  t.end()
})

t.test('a sound route passes, and its names are made plain', (t) => {
  const whole = route('shop.web-1', {
    number: 7,
    backends: [backend(80), backend(80, { address: 'fd00::1', weight: 0, machine: 'shop 1' })],
    proxying: proxying('[::1]:8443', {
      serverNames: ['Shop.Example.ORG.', '*.example.org'],
      alpn: ['h2'],
      onMove: 'RECONNECT',
      healthCheck: { path: '', intervalMilliseconds: 0, threshold: 0 },
      holdLimits: { waiting: 5, bytes: 0, milliseconds: 100 },
    }),
    naming: { names: ['shop.example.org'], ttlSeconds: 0, service: '_http._tcp.example.org' },
  })
  const { route: checked } = checkPut(whole) as { route: Route }
  t.same(checked, {
    ...whole,
    proxying: { ...whole.proxying, serverNames: ['shop.example.org', '*.example.org'] },
  })
  t.end()
})

t.test('what is wrong is named', (t) => {
  const withProxying = (more: object) =>
    message(route('shop', { proxying: { ...proxying('127.0.0.1:8001'), ...more } as never }))
  t.match(message(null), /^route "" can't be as asked: name: /)
  t.match(message(route('Shop')), /name: expected/)
  t.match(message(route('a'.repeat(64))), /name: expected/)
  t.match(
    message(route('shop', { backends: [backend(80), backend(80)] })),
    /backends: names one backend twice/,
  )
  t.match(message(route('shop', { backends: [backend(80, { address: 'localhost' })] })), /address: expected/)
  t.match(message(route('shop', { backends: [backend(80, { machine: '\u001b[2J' })] })), /machine: expected/)
  t.match(message(route('shop', { number: 2 ** 53 })), /number: /)
  t.match(withProxying({ listen: '80' }), /proxying\.listen: expected/)
  t.match(withProxying({ protocol: 'SCTP' }), /proxying\.protocol: /)
  t.match(withProxying({ serverNames: ['a b'] }), /proxying\.serverNames\.0: expected/)
  t.match(withProxying({ protocol: 'UDP', serverNames: ['a'] }), /proxying\.protocol: of UDP/)
  t.match(withProxying({ protocol: 'HTTP', onMove: 'RECONNECT' }), /proxying\.onMove: only/)
  t.match(withProxying({ protocol: 'HTTP', alpn: ['h2'] }), /proxying\.alpn: /)
  t.match(withProxying({ healthCheck: { path: '/\r\nX: y' } }), /healthCheck\.path: /)
  t.match(
    withProxying({ tls: { certificate: 'a.pem', key: '/k' } }),
    /tls\.certificate: expected an absolute/,
  )
  const proxied = route('shop', { proxying: proxying('127.0.0.1:8001'), backends: [backend(0)] })
  t.match(message(proxied), /backends: each needs a port/)
  const served = { names: [], ttlSeconds: 0, service: '_http._tcp.example.org' }
  t.match(message(route('shop', { naming: served })), /naming\.names: /)
  t.throws(() => checkHold({ name: 'shop', number: 1, drainMilliseconds: 60_001 }), { code: 'BAD_ROUTE' })
  t.throws(() => checkSwitch({ name: 'shop', number: -1, backends: [] }), { code: 'BAD_ROUTE' })
  t.end()
})

t.test('whatever comes is either a route or an InvalidRequestError', (t) => {
  fc.assert(
    fc.property(fc.anything({ maxDepth: 3, withNullPrototype: true }), (value) => {
      message(value)
      message({ ...route('shop'), proxying: value })
      message({ ...route('shop'), backends: value })
      return true
    }),
  )
  t.pass('nothing else is thrown')
  t.end()
})

const schema = z.strictObject({ routes: fileRoutesSchema.default([]) })
const read = (text: string) => parseYaml({ text, file: 'routes.yaml', schema })

const text = `
routes:
  - name: shop
    backends:
      - { address: 127.0.0.1, port: 8001 }
    proxying: { listen: '127.0.0.1:8000', protocol: http }
  - { name: mail, naming: { names: [mail.example.org] } }
`

t.test('routes in a file have defaults', (t) => {
  t.same(read(text).value?.routes, [
    route('shop', { backends: [backend(8001)], proxying: proxying('127.0.0.1:8000', { protocol: 'HTTP' }) }),
    route('mail', { naming: { names: ['mail.example.org'], ttlSeconds: 0, service: '' } }),
  ])
  t.match(read('routes:\n  - { name: a }\n  - { name: a }\n').problems, [{ message: /one route twice/ }])
  t.match(read('routes:\n  - name: a\n    held: true\n').problems, [
    { line: 3, message: /unknown key "held"/ },
  ])
  t.end()
})

t.test('a file changes only what it says otherwise than before', (t) => {
  const routes = read(text).value?.routes ?? []
  const [shop, mail] = routes as [Route, Route]
  const exists = () => true
  const first = planFile({ routes, memory: {}, exists })
  t.same(
    first.changes.map(({ kind, name }) => [kind, name]),
    [
      ['put', 'shop'],
      ['put', 'mail'],
    ],
  )
  t.same(planFile({ routes, memory: first.memory, exists }).changes, [])
  const moved = { ...shop, backends: [backend(8002)] }
  const second = planFile({ routes: [moved], memory: first.memory, exists })
  t.same(second.changes, [
    { kind: 'delete', name: 'mail', number: 0 },
    { kind: 'put', name: 'shop', number: 0, route: moved },
  ])
  t.same(Object.keys(second.memory), ['shop'])
  t.same(planFile({ routes: [shop], memory: first.memory, exists: (name) => name !== mail.name }).changes, [])
  t.end()
})
