/** `npm run package`: builds the agent's Debian package and prints its path. */
import { buildAgentPackage } from './build-package.ts'

const started = performance.now()
const { file } = await buildAgentPackage({
  onProgress: (doing) => process.stderr.write(`${doing}\n`),
})
process.stderr.write(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
process.stdout.write(`${file}\n`)
