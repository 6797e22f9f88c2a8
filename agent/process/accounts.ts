/** Names of users. */
import { readFileSync, statSync } from 'node:fs'

export interface Accounts {
  /** Reads the file again when it has changed. */
  refresh(): void
  /** The number itself for a user that the file does not have, such as one of a directory service. */
  nameOf(userId: number): string
}

/** The first name of each user id in a text like /etc/passwd, see passwd(5). */
export function parseAccounts(text: string): Map<number, string> {
  const names = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [name = '', , userId = ''] = line.split(':')
    if (name === '' || !/^\d+$/.test(userId) || names.has(Number(userId))) continue
    names.set(Number(userId), name)
  }
  return names
}

/** @param file in the format of /etc/passwd; it may be missing */
export function createAccounts(file: string): Accounts {
  let names = new Map<number, string>()
  let version = ''
  return {
    refresh() {
      const stat = statSync(file, { throwIfNoEntry: false, bigint: true })
      const current = `${stat?.ino}:${stat?.size}:${stat?.mtimeNs}:${stat?.ctimeNs}`
      if (current === version) return
      names = stat === undefined ? new Map() : parseAccounts(readFileSync(file, 'utf8'))
      version = current
    },
    nameOf: (userId) => names.get(userId) ?? String(userId),
  }
}
