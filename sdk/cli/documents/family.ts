/** Who came from whom, and what each takes, in JSON. Pure. */
import type { MachineUsage } from '../../hypervisor/usage.ts'
import type { MachineRecord } from '../../store/records.ts'
import { type KnownStatus, lifeOf } from './machine.ts'

export interface Member {
  machine: MachineRecord
  status: KnownStatus
  usage: MachineUsage
}

export function familyDocument(members: readonly Member[]) {
  return members.map(({ machine, status, usage }) => ({
    name: machine.name,
    parent: machine.parent ?? null,
    life: lifeOf({ state: machine.state, status }),
    disk: machine.disk,
    backing: machine.backing ?? null,
    diskBytes: usage.diskBytes,
    memory: usage.memory,
  }))
}

export type FamilyMember = ReturnType<typeof familyDocument>[number]
