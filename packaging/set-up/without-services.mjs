// Lets Debian's packages start no service while they are installed.
import { rmSync, writeFileSync } from 'node:fs'

/** Debian asks this program before it starts a service; 101 says no. */
const policyFile = '/usr/sbin/policy-rc.d'
const policy = '#!/bin/sh\nexit 101\n'

/**
 * @template Result
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withoutServices(work) {
  const isOurs = makePolicy()
  try {
    return await work()
  } finally {
    if (isOurs) rmSync(policyFile)
  }
}

/** False when the machine has a policy of its own, which stays. */
function makePolicy() {
  try {
    writeFileSync(policyFile, policy, { mode: 0o755, flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}
