// npm packages and what is generated once they are there.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What `npm run prepare` reads, besides the packages themselves. */
const generatedFrom = ['proto/agent.proto', 'proto/routes.proto', 'proto/generate.ts', '.taprc']
const generated = ['proto/generated/messages.ts', 'proto/generated/agent.json', 'proto/generated/routes.json']

/**
 * True when node_modules holds what package-lock.json asks for. npm notes what it has installed as its very last act,
 * so an interrupted installation does not pass.
 *
 * @param {string} top the top of the checkout
 */
export function modulesMatch(top) {
  const installed = packagesIn(join(top, 'node_modules', '.package-lock.json'))
  const wanted = packagesIn(join(top, 'package-lock.json'))
  if (!installed || !wanted) return false
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const found = installed[path]
    // An optional package is absent where it is for another kind of machine.
    return found
      ? found.version === version && found.integrity === integrity
      : path === '' || optional === true
  })
}

/** True when what `prepare` generates was made from the sources as they are now. */
export function isPrepared(top) {
  const stamp = join(top, stampFile)
  const isThere = [...generated.map((path) => join(top, path)), stamp].every((path) => existsSync(path))
  return isThere && readFileSync(stamp, 'utf8') === fingerprint(top)
}

/** Notes that `prepare` was run. */
export function markPrepared(top) {
  writeFileSync(join(top, stampFile), fingerprint(top))
}

const stampFile = 'node_modules/.cleave-prepared'

function fingerprint(top) {
  const hash = createHash('sha256')
  for (const path of [...generatedFrom, 'package-lock.json']) hash.update(readFileSync(join(top, path)))
  return hash.digest('hex')
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    // Not there, or cut off: then npm writes it again.
    return undefined
  }
}
