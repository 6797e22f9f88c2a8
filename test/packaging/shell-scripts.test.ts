import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { parse } from 'yaml'
import { packageRoot } from '../../packaging/package-root.ts'

const folder = join(packageRoot(), 'packaging')

async function scripts(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') })))
  return texts.filter(({ text }) => text.startsWith('#!/bin/sh\n')).map(({ path }) => path)
}

t.test('shellcheck finds nothing in the shell scripts', async (t) => {
  const paths = await scripts()
  t.ok(paths.some((path) => path.endsWith('agent/install.sh')))
  const { stdout } = await execa('shellcheck', paths, { reject: false })
  t.equal(stdout, '')
})

t.test('nor in the one that cloud-init runs', async (t) => {
  const snippet = await readFile(join(folder, 'cloud-init/cleave-agent.yaml'), 'utf8')
  const { write_files: files } = parse(snippet) as { write_files: { content: string }[] }
  const script = files.find(({ content }) => content.startsWith('#!/bin/sh'))?.content ?? ''
  t.match(script, 'sha256sum --check')
  const { stdout } = await execa('shellcheck', ['-'], { input: script, reject: false })
  t.equal(stdout, '')
})
