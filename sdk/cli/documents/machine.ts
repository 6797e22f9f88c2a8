/** A machine in JSON: fields that stay, whatever the store keeps. Pure. */
import type { MachineStatus, NetworkKind } from '../../hypervisor/hypervisor.ts'
import type { MachineRecord } from '../../store/records.ts'

/** `unknown`: the hypervisor could not say. */
export type KnownStatus = MachineStatus | 'unknown'

export function machineDocument(machine: MachineRecord, status: KnownStatus) {
  return {
    name: machine.name,
    id: machine.id,
    state: machine.state,
    status,
    cpus: machine.cpus,
    memoryMiB: machine.memoryMiB,
    memory: machine.memory,
    address: machine.address,
    gateway: machine.gateway,
    macAddress: machine.macAddress,
    network: networkOf(machine),
    forwards: machine.userNetwork?.forwards ?? [],
    bridge: machine.userNetwork ? null : machine.bridge,
    tap: machine.userNetwork ? null : machine.tap,
    parent: machine.parent ?? null,
    directory: machine.directory,
    disk: machine.disk,
    backing: machine.backing ?? null,
    disks: (machine.disks ?? []).map(({ name }) => name),
    createdAt: new Date(machine.createdAt).toISOString(),
  }
}

/** Whether it is on a bridge. */
export function networkOf({ userNetwork }: Pick<MachineRecord, 'userNetwork'>): NetworkKind {
  return userNetwork === undefined ? 'bridge' : 'user'
}

export type MachineDocument = ReturnType<typeof machineDocument>

/** One word for what it was meant to do and what it does. */
export function lifeOf({ state, status }: Pick<MachineDocument, 'state' | 'status'>): string {
  if (state === 'running' && status === 'absent') return 'ended'
  if (state === 'stopped' && status === 'absent') return 'stopped'
  if (state === 'split' || state === status) return state
  return `${state} (${status})`
}
