/** The disks of groups, as applications handle them. */
import type { Ports } from '../machine/ports.ts'
import type { AttachedDisk, DiskRecord } from '../store/records.ts'
import { attachDisk } from './attach.ts'
import { type CreateDiskOptions, createDisk } from './create.ts'
import { deleteDisk } from './delete.ts'
import { detachDisk } from './detach.ts'
import { flattenDisk } from './flatten.ts'
import { moveDisk } from './move.ts'

export interface ProcessDisks {
  /** See {@link createDisk}. */
  create(options: CreateDiskOptions): Promise<DiskRecord>
  /** @throws NotFoundError `DISK_NOT_FOUND` */
  get(name: string): DiskRecord
  /** By name. */
  list(): DiskRecord[]
  /** See {@link deleteDisk}. */
  delete(name: string): Promise<void>
  /** See {@link attachDisk}. */
  attach(request: { disk: string; machine: string }): Promise<AttachedDisk>
  /** See {@link detachDisk}. Answers who had it. */
  detach(name: string): Promise<{ machine: string }>
  /** See {@link flattenDisk}. */
  flatten(name: string): Promise<DiskRecord>
  /** See {@link moveDisk}. */
  move(name: string, folder: string): Promise<DiskRecord>
}

export function processDisks(ports: Ports): ProcessDisks {
  return {
    create: (options) => createDisk(ports, options),
    get: (name) => ports.store.disks.get(name),
    list: () => ports.store.disks.list(),
    delete: (name) => deleteDisk(ports, name),
    attach: (request) => attachDisk(ports, request),
    detach: (name) => detachDisk(ports, name),
    flatten: (name) => flattenDisk(ports, name),
    move: (name, folder) => moveDisk(ports, name, folder),
  }
}
