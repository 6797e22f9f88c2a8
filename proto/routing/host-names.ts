/** Names of hosts and services in routes. Pure. */

const label = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?'
const hostName = new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`)
const service = new RegExp(`^_${label}\\._(tcp|udp)(\\.${label})+$`)
const longestName = 253

/** In small letters and without the dot at the end: names are the same in capitals. */
export function plainName(text: string): string {
  return text.toLowerCase().replace(/\.$/, '')
}

/** Of a plain name: labels of letters, digits, hyphens and underscores; the first may be `*`. */
export function isHostName(text: string): boolean {
  return text.length <= longestName && hostName.test(text)
}

/** Of a plain name, such as `_http._tcp.example.org`. */
export function isServiceName(text: string): boolean {
  return text.length <= longestName && service.test(text)
}
