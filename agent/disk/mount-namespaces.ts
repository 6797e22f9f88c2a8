/** The mount tables of the guest: each process may have a namespace of its own. */
import { readFileSync } from 'node:fs'
import { unlessGone } from '../group/control/gone.ts'
import type { ProcessFiles } from '../process/process-files.ts'
import { type Mount, parseMountInfo } from './mount-table.ts'

/** The mounts of this process's own namespace, those that are hidden below others included. */
export function readMounts(): Mount[] {
  return parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'))
}

export interface MountNamespace {
  isOwn: boolean
  mounts: readonly Mount[]
}

/** @returns tells the namespace of a process, undefined when the process has ended */
export function createNamespaceReader(files: ProcessFiles): (pid: number) => MountNamespace | undefined {
  const own = files.link(process.pid, 'ns/mnt')
  const known = new Map<string, MountNamespace>()
  return (pid) => {
    const name = files.link(pid, 'ns/mnt')
    if (name === undefined) return undefined
    const found = known.get(name)
    if (found !== undefined) return found
    const text = unlessGone(() => files.text(pid, 'mountinfo'))
    if (text === undefined) return undefined
    const namespace = { isOwn: name === own, mounts: parseMountInfo(text) }
    known.set(name, namespace)
    return namespace
  }
}
