import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAccess } from '../../dns/access.ts'
import { readConfig } from '../../dns/config.ts'
import { writeSettings } from './support/program.ts'

const read = async (t: Test, more: object) => readConfig((await writeSettings(t, more)).configFile)
const problems = async (t: Test, more: object) =>
  (await read(t, more)).problems.map(({ message }) => message).join('\n')

t.test('what is left out has defaults', async (t) => {
  const { value } = await read(t, {})
  t.match(value, {
    processes: 1,
    ttl: 2,
    keys: [{ name: 'key.', algorithm: 'hmac-sha256', secret: Buffer.from('a secret for tests') }],
    zones: [{ name: 'example.org.', updates: { keys: ['key.'], networks: [] }, notify: [] }],
    tcp: { connections: 2000, idleMilliseconds: 10_000 },
  })
  t.ok(((await read(t, { processes: 'cores' })).value?.processes ?? 0) >= 1)
})

t.test('mistakes are told', async (t) => {
  t.match(await problems(t, { zones: [{ name: 'a..b' }] }), /empty label/)
  t.match(await problems(t, { zones: [{ name: 'a', updates: { keys: ['b'] } }] }), /there is no key b\./)
  t.match(
    await problems(t, { zones: [{ name: 'a', notify: [{ address: '127.0.0.1:1', key: 'b' }] }] }),
    /no key/,
  )
  t.match(
    await problems(t, { zones: [{ name: 'a', transfers: { networks: ['10.0.0.0/33'] } }] }),
    /a network/,
  )
  t.match(await problems(t, { zones: [{ name: 'a' }, { name: 'A.' }] }), /names one zone twice/)
  t.match(await problems(t, { listen: ['127.0.0.1'] }), /an address and a port/)
  t.match(await problems(t, { keys: [{ name: 'key', secret: '%' }] }), /secret/)
  t.match(await problems(t, { ttl: 0 }), /ttl/)
  t.match(await problems(t, { colour: 'red' }), /unknown key "colour"/)
})

t.test('who may', async (t) => {
  const zone = { name: 'a', updates: { keys: ['key'] }, transfers: { networks: ['10.0.0.0/8', '::1'] } }
  const { value } = await read(t, { zones: [zone] })
  if (value === undefined) throw new Error('no settings')
  const [key] = value.keys
  const other = key && { ...key, name: 'other.' }
  const updates = createAccess(value.zones, 'updates')
  const transfers = createAccess(value.zones, 'transfers')
  const at = (address: string) => ({ address })
  t.equal(updates('a.', at('10.0.0.1'), key), true)
  t.equal(updates('a.', at('10.0.0.1'), other), false)
  t.equal(updates('a.', at('10.0.0.1'), undefined), false)
  t.equal(updates('b.', at('10.0.0.1'), key), false, 'another zone')
  t.equal(transfers('a.', at('::ffff:10.0.0.1'), undefined), true, 'however the address is written')
  t.equal(transfers('a.', at('::1'), undefined), true)
  t.equal(transfers('a.', at('11.0.0.1'), undefined), false)
  t.equal(transfers('a.', at('10.0.0.1'), key), false, 'a key that may not is no better than none')
})

t.test('the settings of the documentation', async (t) => {
  const page = readFileSync(new URL('../../docs/dns.md', import.meta.url), 'utf8')
  const block = /## Settings.*?\n\n((?: {4}[^\n]*\n|\n)+)/s.exec(page)?.[1] ?? ''
  const file = join(t.testdir(), 'dns.yaml')
  writeFileSync(file, block.replace(/^ {4}/gm, ''))
  const { value, problems } = await readConfig(file)
  t.same(problems, [])
  t.match(value, { processes: Number, https: {}, forward: {}, rateLimit: {}, zones: { length: 2 } })
})
