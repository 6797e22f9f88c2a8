import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../../packaging/package-root.ts'

interface Manifest {
  name: string
  bin: Record<string, string>
  exports: Record<string, Record<string, string>>
}

const top = packageRoot()
const manifest: Manifest = JSON.parse(await readFile(join(top, 'package.json'), 'utf8'))

/** Packs what npm would publish, and lays it out in an empty folder beside what it depends on at run time. */
async function install(folder: string): Promise<string> {
  // tap adds options of its own for Node, which the compiler does not start with.
  await execa('env', ['-u', 'NODE_OPTIONS', 'npm', 'run', 'build', '--silent'], { cwd: top })
  const { stdout } = await execa(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    {
      cwd: top,
    },
  )
  const [{ filename }] = JSON.parse(stdout)
  const home = join(folder, 'node_modules', manifest.name)
  await mkdir(home, { recursive: true })
  await execa('tar', ['--extract', `--file=${join(folder, filename)}`, '--strip-components=1', '-C', home])
  for (const name of await runtimeDependencies()) {
    const link = join(folder, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(top, 'node_modules', name), link)
  }
  return home
}

/** Those that npm installs with the package, and no more: what only development has must not be found. */
async function runtimeDependencies(): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(join(top, 'package-lock.json'), 'utf8'))
  return Object.entries<{ dev?: boolean; optional?: boolean }>(packages)
    .filter(([path, { dev, optional }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !dev && !optional)
    .map(([path]) => path.slice('node_modules/'.length))
}

t.test('the published package works where nothing else is', async (t) => {
  const folder = t.testdir()
  const home = await install(folder)

  for (const [name, targets] of Object.entries(manifest.exports)) {
    for (const file of Object.values(targets)) t.ok(existsSync(join(home, file)), `${name}: ${file}`)
    const specifier = join(manifest.name, name)
    const code = `console.log(Object.keys(await import('${specifier}')).length)`
    const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder })
    t.ok(Number(stdout) > 0, `${specifier} can be imported`)
  }
  for (const [name, file] of Object.entries(manifest.bin)) {
    const { stdout } = await execa(join(home, file), ['--help'], { cwd: folder })
    t.match(stdout, `Usage: ${name}`)
  }

  const code = `
    const { findImage } = await import('./node_modules/${manifest.name}/dist/packaging/image/build-image.js')
    try { await findImage() } catch (error) { console.log(error.code) }`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder })
  t.equal(stdout, 'NO_AGENT_PACKAGE', 'without sources of the agent, it says what it needs')
})
