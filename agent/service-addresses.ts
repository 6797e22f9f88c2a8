/** Which service addresses this machine has to serve. */
import { createDeclarationReader } from './group/declaration/read.ts'
import { foreignGroups } from './split/foreign-markers.ts'

/**
 * Reads declarations alone: a survey of all processes would hold up a machine that boots.
 *
 * @param options.groupsFolder the folder of the group files
 * @param options.root the folder that /var/lib/cleave is below. @default '/'
 * @returns tells the addresses, with prefix length, of declared groups that no other machine owns since a split
 */
export function createServiceAddresses(options: { groupsFolder: string; root?: string }): () => string[] {
  const { groupsFolder, root = '/' } = options
  const reader = createDeclarationReader({ folder: groupsFolder })
  return () => {
    const foreign = foreignGroups(root)
    return reader
      .read()
      .declarations.flatMap(({ name, serviceAddress }) =>
        serviceAddress === '' || foreign.has(name) ? [] : [serviceAddress],
      )
  }
}
