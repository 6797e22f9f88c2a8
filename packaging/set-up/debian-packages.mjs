// Debian packages: finds those that are missing and installs them.
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { Stop } from './stop.mjs'
import { withoutServices } from './without-services.mjs'

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
  for (const [name, sign] of entriesOf(list)) {
    const paths = isAbsolute(sign) ? [sign] : folders.map((folder) => join(folder, sign))
    if (!paths.some((path) => existsSync(path))) missing.push(name)
  }
  return missing
}

/** What each line names: a package, its sign, and perhaps a service. */
function entriesOf(list) {
  const lines = readFileSync(list, 'utf8').split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(' '))
}

/**
 * The services that come with some packages.
 *
 * @param {string} list the file debian-packages
 * @param {string[]} names
 * @returns {string[]}
 */
export function servicesOf(list, names) {
  return entriesOf(list).flatMap(([name, , service]) => (service && names.includes(name) ? [service] : []))
}

/**
 * @param {{ names: string[], services: string[] }} wanted services that must not run
 * @param {import('./progress.mjs').Step} step
 * @throws {Stop} when it may not, or cannot
 */
export async function installPackages({ names, services }, step) {
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
  const install = [
    'apt-get',
    '-qq',
    '-y',
    '--no-install-recommends',
    '-o',
    'DPkg::Lock::Timeout=300',
    'install',
  ]
  await withoutServices(() => step(`install ${names.join(' ')}`, [...install, ...names], { env, failure }))
  if (services.length > 0 && existsSync('/usr/bin/systemctl')) {
    await step(
      `keep ${services.join(' ')} from starting at each boot`,
      ['systemctl', 'disable', '--quiet', ...services],
      { env, failure: `systemctl failed; disable them yourself: ${services.join(' ')}` },
    )
  }
}
