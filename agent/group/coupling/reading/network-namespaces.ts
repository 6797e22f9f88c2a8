/** Which network namespaces the workload has sockets in. Pure. */
import type { ObservedProcess } from '../../../process/source.ts'

/** The processes with such sockets in each namespace, by what the namespace is called in /proc/PID/ns/net. */
export function networkNamespaces(
  processes: readonly ObservedProcess[],
  isWanted: (inode: string) => boolean = () => true,
): Map<string, number[]> {
  const namespaces = new Map<string, number[]>()
  for (const { process, holdings } of processes) {
    const namespace = holdings?.networkNamespace ?? ''
    if (namespace === '' || !holdings?.sockets.some(isWanted)) continue
    const known = namespaces.get(namespace)
    if (known === undefined) namespaces.set(namespace, [process.id?.pid ?? 0])
    else known.push(process.id?.pid ?? 0)
  }
  return namespaces
}
