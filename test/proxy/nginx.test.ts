import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { freePort } from '../proto/routing/free-port.ts'
import { backend } from '../proto/routing/sample-routes.ts'
import { until } from './support/connections.ts'
import { ask } from './support/http.ts'
import { startProxy } from './support/start-proxy.ts'

async function startNginx(t: Test, folder: string, name: string) {
  const port = await freePort()
  const place = (what: string) => `${what}_temp_path ${folder}/${name}-${what};`
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(place).join(' ')
  await writeFile(
    join(folder, `${name}.conf`),
    `daemon off; user root; pid ${folder}/${name}.pid; error_log ${folder}/${name}.err; worker_processes 1;
     events { worker_connections 1024; }
     http { access_log off; ${places} server { listen 127.0.0.1:${port}; location / { return 200 "${name}"; } } }`,
  )
  const nginx = execa(
    'nginx',
    ['-p', folder, '-e', `${folder}/${name}.err`, '-c', `${folder}/${name}.conf`],
    {
      reject: false,
      timeout: 60_000,
    },
  )
  t.teardown(async () => {
    nginx.kill('SIGTERM')
    await nginx
  })
  await until(() =>
    ask(port).then(
      () => true,
      () => false,
    ),
  )
  return { port, nginx }
}

t.test(
  'wrk sees no failure while its route moves from one nginx to the other and back, again and again',
  async (t) => {
    const { serve, routes, folder } = await startProxy(t)
    const [a, b] = [await startNginx(t, folder, 'a'), await startNginx(t, folder, 'b')]
    for (const protocol of ['HTTP', 'TCP'] as const) {
      const name = protocol.toLowerCase()
      const port = await serve(name, [backend(a.port)], { protocol })
      // A connection of TCP is one conversation: so each request has its own.
      const words = protocol === 'TCP' ? ['-H', 'Connection: close'] : []
      const wrk = execa('wrk', [
        '-t1',
        '-c20',
        '-d2',
        '--timeout',
        '10',
        ...words,
        `http://127.0.0.1:${port}/`,
      ])
      let isOver = false
      wrk.finally(() => {
        isOver = true
      })
      let moves = 0
      for (; !isOver; moves++) {
        await routes.hold(name, { drainMs: 1000 })
        await routes.switch(name, [backend(moves % 2 === 0 ? b.port : a.port)])
        await routes.release(name)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      const { stdout } = await wrk
      t.match(stdout, /Requests\/sec/)
      t.notMatch(stdout, /Non-2xx|Socket errors/, `${moves} moves of ${name}`)
      t.ok(moves > 5)
      t.match(
        (await routes.list()).find(({ route }) => route?.name === name),
        { failed: 0 },
      )
    }
  },
)
