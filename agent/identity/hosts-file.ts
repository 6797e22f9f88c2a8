/** Edits /etc/hosts. Pure. */

const loopback = /^(127\.|::1$)/
// hosts(5) on Debian: the machine's own name when it has no permanent address.
const ownAddress = '127.0.1.1'

/**
 * Gives the machine's name on loopback lines its new form, and adds a line when there is none. All other lines stay
 * as they are, byte for byte.
 *
 * @param former the name until now; empty or `localhost` when it had none of its own
 */
export function renameInHosts(text: string, former: string, name: string): string {
  const replaces = former !== '' && former !== 'localhost'
  let isListed = false
  const lines = text.split('\n').map((line) => {
    const [content = ''] = line.split('#')
    const [address = '', ...names] = content.trim().split(/\s+/)
    if (!loopback.test(address)) return line
    const renamed = names.map((one) => {
      if (replaces && one === former) return name
      if (replaces && one.startsWith(`${former}.`)) return name + one.slice(former.length)
      return one
    })
    isListed ||= renamed.includes(name)
    if (renamed.every((one, index) => one === names[index])) return line
    return `${address}\t${[...new Set(renamed)].join(' ')}${line.slice(content.length) && ` ${line.slice(content.length)}`}`
  })
  if (isListed) return lines.join('\n')
  const body = lines.join('\n')
  const end = body === '' || body.endsWith('\n') ? '' : '\n'
  return `${body}${end}${ownAddress}\t${name}\n`
}
