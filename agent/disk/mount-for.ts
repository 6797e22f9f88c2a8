import type { DeclarationReader } from '../group/declaration/read.ts'
import type { GuestDisks } from './types.ts'

/** Mounts what a group needs before it starts; nothing for one that declares no disks. Throws what `GuestDisks.mount` throws. */
export type MountFor = (group: string) => Promise<void>

export function createMountFor(disks: Pick<GuestDisks, 'mount'>, declarations: DeclarationReader): MountFor {
  return async (group) => {
    const declared = declarations.read().declarations.find(({ name }) => name === group)?.disks ?? []
    if (declared.length > 0) await disks.mount({ groups: [group], waitMilliseconds: 0 })
  }
}
