/** The peer of a fork: the whole state, memory included, to a file, and a restore of it for each child. */

import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { qemuArguments } from '../sdk/hypervisor/qemu/command-line.ts'
import { machineFiles } from '../sdk/hypervisor/qemu/machine-files.ts'
import { createMemoryFile } from '../sdk/hypervisor/qemu/memory/memory-file.ts'
import { createTap } from '../sdk/hypervisor/qemu/network/tap.ts'
import { startQemu } from '../sdk/hypervisor/qemu/process/start.ts'
import { connectQmp, type QmpClient } from '../sdk/hypervisor/qemu/qmp/client.ts'
import type { MachineRecord } from '../sdk/store/records.ts'
import type { ForkHost } from './fork-host.ts'

const boundMs = 300_000
const whole = {
  capabilities: [
    { capability: 'x-ignore-shared', state: false },
    { capability: 'events', state: true },
  ],
}

/** Stops the parent, saves it, restores the children; answers milliseconds from the stop until all of them run. */
export async function splitByStateFile(host: ForkHost, children: readonly MachineRecord[]): Promise<number> {
  const file = join(host.home, 'state')
  const monitors = await Promise.all(children.map((child) => startRestorer(host, child)))
  using parent = await connectQmp({ path: machineFiles(host.parent).monitor, peer: 'the parent' })
  const stopped = performance.now()
  try {
    await parent.execute('stop')
    await save(parent, machineFiles(host.parent).outgoing, file)
    // One after the other, as copies from one disk are best read.
    for (const [index, monitor] of monitors.entries()) {
      const child = children[index]
      if (child) await restore(monitor, machineFiles(child).incoming, file)
    }
    return performance.now() - stopped
  } finally {
    for (const monitor of monitors) monitor.close()
    await rm(file, { force: true })
  }
}

async function startRestorer({ hypervisor }: ForkHost, child: MachineRecord): Promise<QmpClient> {
  await hypervisor.createDisk(child)
  await createTap(child)
  await createMemoryFile({ machine: child, others: [] })
  const accelerator = await hypervisor.accelerator(child.boot)
  const monitor = await startQemu(child, qemuArguments({ machine: child, accelerator, role: 'child' }))
  await monitor.execute('migrate-set-capabilities', whole)
  return monitor
}

async function save(monitor: QmpClient, socketPath: string, file: string): Promise<void> {
  await rm(socketPath, { force: true })
  const server = createServer().listen(socketPath)
  await once(server, 'listening')
  await monitor.execute('migrate-set-capabilities', whole)
  // Without a limit: QEMU's own is 128 MiB a second.
  await monitor.execute('migrate-set-parameters', { 'max-bandwidth': 0 })
  const connected = once(server, 'connection')
  await monitor.execute('migrate', { uri: `unix:${socketPath}` })
  const [source] = await connected
  await pipeline(source, createWriteStream(file))
  await completed(monitor)
  server.close()
}

async function restore(monitor: QmpClient, socketPath: string, file: string): Promise<void> {
  await monitor.execute('migrate-incoming', { uri: `unix:${socketPath}` })
  const socket = createConnection(socketPath)
  await once(socket, 'connect')
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), socket)
  await completed(monitor)
  await monitor.execute('cont')
  await monitor.waitForEvent('RESUME', { timeoutMs: boundMs })
}

async function completed(monitor: QmpClient): Promise<void> {
  await monitor.waitForEvent('MIGRATION', {
    timeoutMs: boundMs,
    matches: ({ status }) => status === 'completed',
  })
}
