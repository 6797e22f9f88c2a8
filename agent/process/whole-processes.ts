import type { ProcessSource } from './source.ts'

/**
 * Shows each process in the cgroup that holds all of it: the kernel shows it in that of its first thread.
 *
 * @param domainOf tells the one from the other
 */
export function inDomains(source: ProcessSource, domainOf: (cgroup: string) => string): ProcessSource {
  return {
    ...source,
    async list(options) {
      const snapshot = await source.list(options)
      const domains = new Map<string, string>()
      for (const { process } of snapshot.processes) {
        const { cgroup } = process
        if (cgroup === '') continue
        const domain = domains.get(cgroup) ?? domainOf(cgroup)
        domains.set(cgroup, domain)
        process.cgroup = domain
      }
      return snapshot
    },
  }
}
