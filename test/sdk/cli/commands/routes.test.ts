/** The commands about routes, without a machine. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { routeServer } from '../../routes/support/route-server.ts'
import { cleaveFor } from '../run-cleave.ts'

t.test('routes are listed, watched and pushed', async (t) => {
  const home = t.testdir({})
  const cleave = cleaveFor(t, { CLEAVE_HOME: home })
  const empty = await cleave('routes')
  t.equal(empty.exitCode, 0)
  t.match(empty.stderr, /routes\.yaml/)

  const server = await routeServer(t)
  const file = join(home, 'routes.yaml')
  writeFileSync(
    file,
    `publishers: { proxy: { kind: cleave, address: ${server.address} } }
routes: [{ group: shop, endpoint: http, publishers: [proxy], naming: { names: [shop.example.org] } }]
`,
  )
  t.match((await cleave('routes')).stdout, /^ROUTE .*\nshop\.http +shop +proxy +missing/)
  const pushed = await cleave('routes', 'push')
  t.match(pushed.stdout, /shop\.http leads to nobody/)
  const { routes } = JSON.parse((await cleave('routes', '--json')).stdout)
  t.match(routes, [
    { name: 'shop.http', backends: [], heldBy: null, publishers: [{ state: 'leads', held: undefined }] },
  ])
  const rounds = await cleave('routes', '--watch', '--rounds', '2', '--interval', '0.5', '--json')
  t.equal(rounds.stdout.split('\n').length, 2)
  t.ok(rounds.stdout.split('\n').every((line) => JSON.parse(line).routes.length === 1))

  await server.stop()
  const away = await cleave('routes')
  t.equal(away.exitCode, 0)
  t.match(away.stdout, /unreachable/)
  const failed = await cleave('routes', 'push', '--json')
  t.equal(failed.exitCode, 7)
  t.match(JSON.parse(failed.stdout), { failures: [{ publisher: 'proxy' }], error: { code: 'NO_ANSWER' } })

  writeFileSync(file, 'routes: [{ group: shop }]')
  const wrong = await cleave('routes')
  t.equal(wrong.exitCode, 2)
  t.match(wrong.stderr, /routes\.yaml:1:\d+: routes\.0\.endpoint/)
})
