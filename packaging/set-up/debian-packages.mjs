// Debian packages: finds those that are missing and installs them.
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { withoutServices } from './quiet-services.mjs'
import { Stop } from './stop.mjs'

/** sysexits.h, EX_UNAVAILABLE. */
const unavailable = 69

/**
 * The names of packages of which nothing is found. It looks for what they contain: that is quicker than to ask dpkg,
 * and right where somebody installed the same by other means.
 *
 * @param {string} list the file debian-packages
 * @returns {string[]}
 */
export function missingPackages(list) {
  const folders = `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter)
  const missing = []
  for (const line of readFileSync(list, 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [name, sign] = line.split(' ')
    const paths = isAbsolute(sign) ? [sign] : folders.map((folder) => join(folder, sign))
    if (!paths.some((path) => existsSync(path))) missing.push(name)
  }
  return missing
}

/**
 * @param {string[]} names
 * @param {import('./progress.mjs').Step} step
 * @throws {Stop} when it may not, or cannot
 */
export async function installPackages(names, step) {
  const remedy = `install them with: apt-get install --no-install-recommends ${names.join(' ')}`
  if (process.getuid?.() !== 0) {
    throw new Stop(
      `Debian packages are missing, and only root can install them: ${names.join(' ')}`,
      unavailable,
    )
  }
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Stop(
      `there is no apt-get here; what these Debian packages hold is needed: ${names.join(' ')}`,
      unavailable,
    )
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const failure = `apt-get failed; ${remedy}`
  await step('fetch the lists of Debian packages', ['apt-get', '-qq', 'update'], { env, failure })
  const options = ['-qq', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300']
  await withoutServices(names, () =>
    step(`install ${names.join(' ')}`, ['apt-get', ...options, 'install', ...names], { env, failure }),
  )
}
