/** Who has which port, by what the kernel says. */
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { listenNoMore } from '../../../sdk/hypervisor/qemu/network/user.ts'
import { connectQmp } from '../../../sdk/hypervisor/qemu/qmp/client.ts'

/** Whether the process of the machine in a folder has a UDP port. */
export function hasUdpPort(folder: string, port: number): boolean {
  const pid = readFileSync(join(folder, 'qemu.pid'), 'utf8').trim()
  const sockets = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`)))
  return readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([, local = '', , , , , , , , inode]) => portOf(local) === port && sockets.has(`socket:[${inode}]`))
}

/** As if somebody else had been given a port of the machine in a folder. */
export async function takePort(folder: string, hostPort: number): Promise<AsyncDisposable> {
  using monitor = await connectQmp({ path: join(folder, 'monitor.sock'), peer: 'QEMU' })
  await listenNoMore([{ hostPort, guestAddress: '10.0.2.15', guestPort: 1 }], monitor)
  const server = createServer().listen(hostPort, '127.0.0.1')
  await once(server, 'listening')
  return {
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

/** A process opens and closes files while it is looked at. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Of `0100007F:0FA0`. */
function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16)
}
