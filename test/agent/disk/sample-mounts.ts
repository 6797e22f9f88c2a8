/** Mount tables as the kernel would have them. */
import fc from 'fast-check'
import { isWithin, type Mount } from '../../../agent/disk/mount-table.ts'

export function sampleMount(fields: Partial<Mount>): Mount {
  return {
    id: 1,
    parentId: 0,
    device: '8:0',
    root: '/',
    mountPoint: '/',
    fileSystem: 'ext4',
    source: '/dev/sda',
    ...fields,
  }
}

/** What a look at a path meets when nothing was ever unmounted: the latest that covers it. */
export function latestAt(path: string, table: readonly Mount[]): Mount | undefined {
  return table.findLast(({ mountPoint }) => isWithin(path, mountPoint))
}

const names = ['a', 'b', 'a b', 'ab']

export const anyPath = fc
  .array(fc.constantFrom(...names), { maxLength: 4 })
  .map((parts) => `/${parts.join('/')}`)

/** File systems mounted one after the other, each on what is seen at its place. */
export const anyTable = fc.array(fc.tuple(anyPath, fc.nat(4)), { maxLength: 12 }).map((steps) => {
  const table = [sampleMount({ id: 20 })]
  for (const [index, [mountPoint, disk]] of steps.entries()) {
    const parentId = latestAt(mountPoint, table)?.id ?? 0
    table.push(sampleMount({ id: 21 + index, parentId, mountPoint, device: `8:${disk}` }))
  }
  return table
})
