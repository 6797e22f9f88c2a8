/** Do the memory files of machines outlive the session of the user who started them? */
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Check } from './check.ts'

/** The folder with a file for each user whose things stay, see loginctl(1). */
const lingering = '/var/lib/systemd/linger'

export function checkLogout(): Check {
  return judgeLogout({
    userId: process.getuid?.() ?? 0,
    systemd: existsSync('/run/systemd/system'),
    lingers: existsSync(join(lingering, userName())),
  })
}

/** Those of system users and root always stay, see RemoveIPC in logind.conf(5). Pure. */
export function judgeLogout(found: { userId: number; systemd: boolean; lingers: boolean }): Check {
  const name = 'logout'
  const isSystemUser = found.userId < 1000
  if (isSystemUser || found.lingers || !found.systemd) {
    return { name, state: 'ok', detail: 'memory files stay', remedy: '' }
  }
  return {
    name,
    state: 'warning',
    detail: 'systemd removes your memory files when you log out: machines run on, but cannot be split',
    remedy: 'Let your things stay: loginctl enable-linger',
  }
}

/** A user that is in no list has no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'none'
  }
}
