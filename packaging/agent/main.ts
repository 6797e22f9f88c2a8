/** `npm run package`: builds the agent's Debian package and its archive, and prints their paths. */
import { buildAgentArchive } from './build-archive.ts'
import { buildAgentPackage } from './build-package.ts'

const started = performance.now()
const onProgress = (doing: string) => void process.stderr.write(`${doing}\n`)
const built = await buildAgentPackage({ onProgress })
const archive = await buildAgentArchive(built, onProgress)
process.stderr.write(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
process.stdout.write(`${built.file}\n${archive}\n`)
