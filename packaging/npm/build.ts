/** `npm run build`: compiles what the npm package holds into dist/. */
import { chmod, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../package-root.ts'

const root = packageRoot()
await rm(join(root, 'dist'), { recursive: true, force: true })
await execa('tsc', ['--project', 'tsconfig.build.json'], {
  cwd: root,
  preferLocal: true,
  timeout: 300_000,
  stdio: 'inherit',
})
const { bin } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
for (const file of Object.values<string>(bin)) await chmod(join(root, file), 0o755)
