// Servers that tests run for themselves are installed without the host starting to serve with them.
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

/** Debian's scripts ask it whether they may start a service (policy-rc.d(8)); 101 is no. */
const policy = '/usr/sbin/policy-rc.d'
const refusal = '#!/bin/sh\n# Made while packages are installed, and removed afterwards.\nexit 101\n'
const longestMs = 60_000

/**
 * Does the installation while no service may start, and takes care that none of the packages' starts at the next boot.
 *
 * @param {string[]} names of packages that are not there yet
 * @param {() => Promise<void>} install
 */
export async function withoutServices(names, install) {
  const isOurs = !existsSync(policy)
  const remove = () => rmSync(policy, { force: true })
  if (isOurs) {
    process.once('exit', remove)
    writeFileSync(policy, refusal, { mode: 0o755 })
  }
  try {
    await install()
  } finally {
    if (isOurs) {
      remove()
      process.off('exit', remove)
    }
  }
  const units = unitsOf(names)
  if (units.length > 0 && existsSync('/usr/bin/systemctl')) run('systemctl', ['--quiet', 'disable', ...units])
}

/** @param {string[]} names */
function unitsOf(names) {
  const files = run('dpkg', ['-L', ...names]).split('\n')
  return files.flatMap((file) => /\/systemd\/system\/([\w.-]+\.(?:service|socket))$/.exec(file)?.[1] ?? [])
}

/** @param {string} program @param {string[]} words */
function run(program, words) {
  return execFileSync(program, words, {
    encoding: 'utf8',
    timeout: longestMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
