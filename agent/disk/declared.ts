/** Which disks groups declare. */
import { NotFoundError, RefusedError } from '../../proto/errors.ts'
import { checkName } from '../../proto/names.ts'
import type { Declaration } from '../group/declaration/types.ts'
import type { DeclaredDisk } from './types.ts'

/**
 * Pure. Each group counts once.
 *
 * @throws InvalidRequestError `BAD_NAME`
 * @throws NotFoundError `GROUP_NOT_FOUND`
 */
export function disksOf(groups: readonly string[], declarations: readonly Declaration[]): DeclaredDisk[] {
  return [...new Set(groups)].flatMap((group) => {
    checkName(group, 'group')
    const declaration = declarations.find(({ name }) => name === group)
    if (declaration === undefined) throw notDeclared(group)
    return declaration.disks.map((disk) => ({ group, disk }))
  })
}

/** @throws RefusedError `FOREIGN_GROUP` */
export function checkOwn(groups: readonly string[], foreign: ReadonlySet<string>): void {
  const group = groups.find((name) => foreign.has(name))
  if (group === undefined) return
  throw new RefusedError({
    code: 'FOREIGN_GROUP',
    message: `group ${group} belongs to another machine since a split, and its disks with it`,
    remedy: 'Mount them in the machine that the group belongs to.',
  })
}

function notDeclared(group: string): NotFoundError {
  return new NotFoundError({
    code: 'GROUP_NOT_FOUND',
    message: `no group ${group} is declared in this guest`,
    remedy: 'Use the name of a group that a file in /etc/cleave/groups.d declares.',
  })
}
