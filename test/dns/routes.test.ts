/** Names of routes, by the routing service, through restarts and over several processes. */

import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { connectRoutes } from '../../proto/routing/client.ts'
import { backend } from '../proto/routing/sample-routes.ts'
import { serveHere } from './support/here.ts'
import { dig, nsupdate, runProgram, serveProgram, writeSettings } from './support/program.ts'

type Routes = Awaited<ReturnType<typeof connectRoutes>>

async function routesOf(
  t: Parameters<typeof runProgram>[0],
  { control }: { control: string },
): Promise<Routes> {
  const routes = await connectRoutes({ address: control, peer: 'the DNS server' })
  t.teardown(routes.close)
  return routes
}

const at = (address: string, port = 80) => backend(port, { address })
const shop = { name: 'shop', naming: { names: ['shop.example.org'], service: '_http._tcp.example.org' } }
const zones = [{ name: 'example.org', updates: { keys: ['key'] } }, { name: '10.in-addr.arpa' }]
const serial = async (port: number) => Number((await dig(port, 'example.org', 'SOA', '+short')).split(' ')[2])

t.test('a name follows its route', async (t) => {
  const program = await serveHere(t, { zones })
  const { port } = program
  const routes = await routesOf(t, program)
  await routes.put({ ...shop, backends: [at('10.0.0.1'), at('fd00::1', 81)] })
  t.equal(await dig(port, 'shop.example.org', '+short'), '10.0.0.1')
  t.equal(await dig(port, 'shop.example.org', 'AAAA', '+short'), 'fd00::1')
  t.match(await dig(port, '_http._tcp.example.org', 'SRV', '+short'), /0 1 80 shop.example.org.\n0 1 81/)
  t.equal(await dig(port, '-x', '10.0.0.1', '+short'), 'shop.example.org.')
  const before = await serial(port)
  await routes.hold('shop')
  t.equal(await serial(port), before, 'what is held stays as it is')
  await routes.switch('shop', [at('10.0.0.2')])
  t.equal(await dig(port, 'shop.example.org', '+short'), '10.0.0.2')
  t.match(await dig(port, 'shop.example.org', 'AAAA'), /status: NOERROR.*ANSWER: 0/s)
  t.equal(await dig(port, '-x', '10.0.0.1', '+short'), '')
  t.equal(await serial(port), before + 1)
  t.match(await nsupdate(port, ['update add shop.example.org 2 A 10.0.0.9']), { output: /REFUSED/ })
  t.match(await nsupdate(port, ['update add shop.example.org 2 TXT beside']), { exitCode: 0 })
  await t.rejects(routes.put({ name: 'x', naming: { names: ['x.example.com'] } }), {
    name: 'InvalidRequestError',
    code: 'NAME_OUTSIDE_ZONES',
  })
  await t.rejects(routes.switch('shop', [], { number: 1 }), { code: 'CHANGE_LATE' })
  await routes.delete('shop')
  t.match(await dig(port, 'shop.example.org'), /status: NOERROR.*ANSWER: 0/s, 'its text is still there')
  t.match(await dig(port, '_http._tcp.example.org', 'SRV'), /status: NXDOMAIN/)
})

t.test('nothing that was answered is lost in a crash', async (t) => {
  const settings = await writeSettings(t, { zones })
  const { port } = settings
  const first = await runProgram(t, settings)
  const routes = await routesOf(t, first)
  await routes.put({ ...shop, number: 5, backends: [at('10.0.0.1')] })
  await routes.put({ name: 'gone', number: 8, backends: [] })
  await routes.delete('gone', { number: 9 })
  await nsupdate(port, ['update add new.example.org 7 A 10.2.0.1'])
  const before = await serial(port)
  await first.kill()

  const second = await runProgram(t, settings)
  const again = await routesOf(t, second)
  t.equal(await serial(port), before)
  t.equal(await dig(port, 'shop.example.org', '+short'), '10.0.0.1')
  t.match(await dig(port, 'new.example.org'), /\t7\tIN\tA\t10.2.0.1/)
  await t.rejects(again.put({ name: 'gone', number: 9, backends: [at('10.0.0.3')] }), { code: 'CHANGE_LATE' })
  await again.switch('shop', [at('10.0.0.2')], { number: 6 })
  t.ok((await serial(port)) > before)
  const main = join(import.meta.dirname, '../../dns/main.ts')
  const exported = await execa(process.execPath, [
    main,
    '--config',
    settings.configFile,
    '--export',
    'Example.org',
  ])
  t.match(exported.stdout, /^example.org. 2 IN SOA ns.example.org.*shop.example.org. 2 IN A 10.0.0.2/s)
  const refused = await execa(process.execPath, [main, '--config', settings.configFile], { reject: false })
  t.match(refused, { exitCode: 2, stderr: /another server has the store/ })
})

t.test('every process answers the same after an update that was answered', async (t) => {
  const program = await serveProgram(t, { zones, processes: 3 })
  const { port } = program
  const routes = await routesOf(t, program)
  const answers = async (): Promise<Set<string>> => {
    const asked = Array.from({ length: 12 }, () => dig(port, 'shop.example.org', 'new.example.org', '+short'))
    return new Set(await Promise.all(asked))
  }
  for (let round = 1; round <= 4; round++) {
    await routes.put({ ...shop, backends: [at(`10.0.0.${round}`)] })
    const { exitCode } = await nsupdate(port, [
      'update delete new.example.org',
      `update add new.example.org 2 A 10.2.0.${round}`,
    ])
    t.equal(exitCode, 0)
    t.same([...(await answers())], [`10.0.0.${round}\n10.2.0.${round}`])
  }
  const { stdout } = await execa('pgrep', ['-P', String(program.pid)])
  const [worker = ''] = stdout.split('\n')
  const back = program.logged('is started again')
  process.kill(Number(worker), 'SIGKILL')
  await back
  await routes.put({ ...shop, backends: [at('10.0.0.77')] })
  t.same([...(await answers())], ['10.0.0.77\n10.2.0.4'], 'also when one of them has ended')
})
