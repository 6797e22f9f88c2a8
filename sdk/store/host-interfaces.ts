import { readFileSync } from 'node:fs'

/** Names of all network interfaces of this host. From /proc: /sys shows those of another network namespace. */
export function hostInterfaces(): string[] {
  return parseInterfaces(readFileSync('/proc/self/net/dev', 'utf8'))
}

/** Reads /proc/net/dev (proc(5)): two lines of headings, then `NAME: counters`. */
export function parseInterfaces(text: string): string[] {
  return text
    .split('\n')
    .slice(2)
    .map((line) => line.slice(0, Math.max(0, line.lastIndexOf(':'))).trim())
    .filter((name) => name !== '')
}
