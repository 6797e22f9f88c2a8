import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t from 'tap'
import { shortFolder } from '../sdk/hypervisor/qemu/short-folder.ts'
import { serveHere } from './support/here.ts'
import { dig, nsupdate, runProgram, writeSettings } from './support/program.ts'
import { sampleText } from './support/sample-zone.ts'

const main = join(import.meta.dirname, '../../dns/main.ts')
const run = (...words: string[]) =>
  execa(process.execPath, [main, ...words], { reject: false, timeout: 20_000 })

t.test('what it says of itself', async (t) => {
  t.match(await run('--help'), { exitCode: 0, stdout: /--export ZONE/ })
  t.match(await run('--config', '/nowhere'), { exitCode: 2, stderr: /ENOENT/ })
})

t.test('--check', async (t) => {
  const folder = shortFolder(t)
  const file = join(folder, 'zone')
  writeFileSync(file, '@ SOA ns h 1 1 1 1 1\n@ NS ns\na A 10.0.0\n')
  const zones = [{ name: 'example.org', file }, { name: 'other.test' }]
  const { configFile } = await writeSettings(t, { zones }, folder)
  t.match(await run('--check', '--config', configFile), {
    exitCode: 1,
    stderr: `${file}:3: "10.0.0" is no IPv4 address`,
  })
  writeFileSync(file, sampleText)
  t.match(await run('--check', '--config', configFile), {
    exitCode: 0,
    stdout: 'zones: example.org., other.test.',
  })
})

t.test('what keeps it from running', async (t) => {
  const { port } = await serveHere(t)
  const other = await writeSettings(t, { listen: [`127.0.0.1:${port}`], processes: 2 })
  t.match(await run('--config', other.configFile), { exitCode: 2, stderr: /cannot listen on 127.0.0.1:\d+/ })
})

t.test('zone files and routes are read again, and it ends when it is told to', async (t) => {
  const folder = shortFolder(t)
  const file = join(folder, 'zone')
  writeFileSync(file, sampleText)
  const routes = [
    { name: 'shop', naming: { names: ['shop.example.org'] }, backends: [{ address: '10.0.0.50' }] },
  ]
  const more = { zones: [{ name: 'example.org', file, updates: { keys: ['key'] } }], routes }
  const settings = await writeSettings(t, more, folder)
  const program = await runProgram(t, settings)
  const { port } = program
  t.equal(await dig(port, 'shop.example.org', '+short'), '10.0.0.50')
  await nsupdate(port, ['update add new.example.org 2 A 10.2.0.1'])

  const read = async (): Promise<void> => {
    const done = program.logged('"the settings ')
    program.signal('SIGHUP')
    await done
  }
  await read()
  t.equal(await dig(port, 'new.example.org', '+short'), '10.2.0.1', 'a file that is the same changes nothing')
  writeFileSync(file, `${sampleText}later A 10.0.0.60\n`)
  await read()
  t.equal(await dig(port, 'later.example.org', '+short'), '10.0.0.60')
  t.match(await dig(port, 'new.example.org'), /NXDOMAIN/, 'the file took the place of what was there')
  t.equal(await dig(port, 'shop.example.org', '+short'), '10.0.0.50', 'but not of routes')
  t.match(
    await dig(port, 'example.org', 'SOA', '+short'),
    / (9|1\d) 60 /,
    'the serial rises, whatever the file says',
  )
  writeFileSync(file, 'broken')
  await read()
  t.match(program.log(), /can not be used/)
  t.equal(await dig(port, 'later.example.org', '+short'), '10.0.0.60')

  const ended = program.logged('the server ends')
  program.signal('SIGTERM')
  program.signal('SIGTERM')
  await ended
  for (let waited = 0; isAlive(program.pid) && waited < 5000; waited += 20) await delay(20)
  t.notOk(isAlive(program.pid))
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
