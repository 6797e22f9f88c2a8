import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cleaveFor } from '../run-cleave.ts'

t.test('dns is the program cleave-dns, with its exit codes', async (t) => {
  const cleave = cleaveFor(t)
  const config = join(t.testdir(), 'dns.yaml')
  writeFileSync(config, 'listen: ["127.0.0.1:5300"]\nzones: [{ name: example.org }]\n')
  t.match(await cleave('dns', '--config', config, '--check'), { exitCode: 0, stdout: 'zones: example.org.' })
  writeFileSync(config, 'listen: []\n')
  t.match(await cleave('dns', '--config', config, '--check'), { exitCode: 1, stderr: /zones/ })
  t.match(await cleave('dns', '--config', join(config, 'not')), { exitCode: 2 })
})
