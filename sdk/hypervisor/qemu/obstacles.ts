/** What keeps a machine from being split with its memory. */
import { existsSync } from 'node:fs'
import type { MachineRecord } from '../../store/records.ts'
import type { MemoryObstacles } from '../handover.ts'
import { machineFiles } from './machine-files.ts'
import { connectQmp } from './qmp/client.ts'

/** Asks the QEMU that runs the machine. */
export async function obstacles(machine: MachineRecord): Promise<MemoryObstacles> {
  using observer = await connectQmp({
    path: machineFiles(machine).observer,
    peer: `QEMU of ${machine.name}`,
  })
  const [capabilities, migration] = await Promise.all([
    observer.execute('query-migrate-capabilities'),
    observer.execute('query-migrate'),
  ])
  const { memory, memoryFile, plugged } = machine
  const files = [memoryFile, ...(plugged?.memory ?? []).map(({ file }) => file)]
  const lost = memory === 'shared' ? files.find((file) => !existsSync(file)) : undefined
  return obstaclesOf({
    version: observer.version,
    capabilities: capabilities.map(({ capability }) => capability),
    blockers: migration['blocked-reasons'] ?? [],
    ...(lost !== undefined && { lostMemoryFile: lost }),
  })
}

/** What a QEMU and its host say. */
export interface Findings {
  version: string
  /** What it can do when it hands a machine over. */
  capabilities: readonly string[]
  /** Why it hands over nothing at all, in its own words. */
  blockers: readonly string[]
  /** The file that children would map, when it has no name any more. */
  lostMemoryFile?: string
}

/** Pure. */
export function obstaclesOf(findings: Findings): MemoryObstacles {
  const { version, capabilities, blockers, lostMemoryFile } = findings
  if (blockers.length > 0) {
    const blocked = `QEMU can't hand it over: ${blockers.slice(0, 3).join('; ')}`
    return { fork: blocked, suspend: blocked }
  }
  if (!capabilities.includes('x-ignore-shared'))
    return { fork: `QEMU ${version} can't leave memory where it is (x-ignore-shared)` }
  if (lostMemoryFile !== undefined) return { fork: `${lostMemoryFile} is gone, which children would map` }
  return {}
}
