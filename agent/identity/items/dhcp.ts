import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { done, type SlowItem } from './item.ts'

// Leases, and the ids (DUID, RFC 8415) that clients show to servers, of every DHCP client that Debian has.
const places: readonly { folder: string; files: RegExp }[] = [
  { folder: 'var/lib/dhcp', files: /\.leases$/ },
  { folder: 'var/lib/dhcpcd', files: /^duid$|^secret$|\.lease6?$/ },
  { folder: 'var/lib/dhcpcd5', files: /^duid$|^secret$|\.lease6?$/ },
  { folder: 'etc', files: /^dhcpcd\.(duid|secret)$/ },
  { folder: 'var/lib/NetworkManager', files: /\.lease$|^secret_key$/ },
  { folder: 'run/systemd/netif/leases', files: /^[0-9]+$/ },
]

/** DHCP leases and client ids: two machines that show the same one get the same address. */
export const dhcp: SlowItem = {
  name: 'dhcp',
  apply({ root }) {
    const deleted = places.flatMap(({ folder, files }) => {
      const path = join(root, folder)
      const names = namesIn(path).filter((name) => files.test(name))
      for (const name of names) rmSync(join(path, name))
      return names.map((name) => `/${folder}/${name}`)
    })
    return done(deleted.length === 0 ? 'not present' : `deleted ${deleted.join(', ')}`)
  },
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
