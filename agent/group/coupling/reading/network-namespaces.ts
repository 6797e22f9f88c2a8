/** Which network namespaces the workload has sockets in. */
import type { ProcessFiles } from '../../../process/process-files.ts'
import type { ObservedProcess } from '../../../process/source.ts'
import type { NetworkNamespace } from './sockets.ts'

export function ownNamespace(files: ProcessFiles): NetworkNamespace {
  return { name: files.link(process.pid, 'ns/net') ?? '' }
}

/** Those that are not the agent's own, each by a process in it that has not ended since. */
export function otherNamespaces(
  processes: readonly ObservedProcess[],
  files: ProcessFiles,
): NetworkNamespace[] {
  const found = new Map<string, NetworkNamespace>()
  const { name: own } = ownNamespace(files)
  for (const { process, holdings } of processes) {
    const name = holdings?.networkNamespace ?? ''
    if (name === '' || name === own || found.has(name)) continue
    const pid = process.id?.pid ?? 0
    if (files.link(pid, 'ns/net') === name) found.set(name, { name, file: `/proc/${pid}/ns/net` })
  }
  return [...found.values()]
}
