import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { createUnits, type Units } from '../../systemd/units.ts'
import { done, type SlowContext, type SlowItem } from './item.ts'

// Those that ssh-keygen -A makes, the quickest first: RSA takes seconds where a processor is emulated.
const defaultTypes = ['ed25519', 'ecdsa', 'rsa']
const keyPattern = /^ssh_host_([a-z0-9]+)_key(\.former)?$/
const sshUnit = 'ssh.service'
const keygenMilliseconds = 90_000

/** The keys that SSH clients know this machine by. */
export const sshHostKeys: SlowItem = { name: 'ssh-host-keys', apply: (context) => makeHostKeys(context) }

/**
 * Takes the old keys out of sshd's sight first: until it has new ones it refuses, and never shows another machine's.
 * They are deleted one by one as new ones take their place, so that a repeated call knows which types there were.
 */
async function makeHostKeys({ root, hostname }: SlowContext) {
  const folder = join(root, 'etc/ssh')
  if (!existsSync(join(folder, 'sshd_config'))) return done('not present')
  const types = keyTypes(readdirSync(folder))
  for (const type of types) hideKey(folder, type)
  for (const type of types) await makeKey({ folder, type, comment: `root@${hostname}` })
  if (root === '/') await reloadServer(createUnits())
  return done(`new keys of type ${types.join(', ')}`)
}

/** The types of key that there are, all usual ones when there are none, in the order in which to make them. */
export function keyTypes(files: readonly string[]): string[] {
  const found = new Set(files.flatMap((file) => keyPattern.exec(file)?.[1] ?? []))
  const usual = defaultTypes.filter((type) => found.size === 0 || found.has(type))
  // DSA is all that is left, and no SSH takes it any more.
  return usual.length === 0 ? defaultTypes : usual
}

const keyFile = (folder: string, type: string) => join(folder, `ssh_host_${type}_key`)

function hideKey(folder: string, type: string): void {
  const key = keyFile(folder, type)
  rmSync(`${key}.pub`, { force: true })
  if (existsSync(key)) renameSync(key, `${key}.former`)
}

async function makeKey(options: { folder: string; type: string; comment: string }): Promise<void> {
  const { folder, type, comment } = options
  const key = keyFile(folder, type)
  const beside = `${key}.cleave-new`
  rmSync(beside, { force: true })
  await execa('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', comment, '-f', beside], {
    timeout: keygenMilliseconds,
    stdin: 'ignore',
  })
  renameSync(`${beside}.pub`, `${key}.pub`)
  renameSync(beside, key)
  rmSync(`${key}.former`, { force: true })
}

async function reloadServer(units: Units): Promise<void> {
  if (!units.isAvailable()) return
  const [server] = await units.show([sshUnit], ['enabled', 'activeState'])
  // One that is meant to run did not come up as long as a template had no keys.
  if (server?.enabled === true || server?.activeState === 'active') await units.reloadSoon([sshUnit])
}
