import type { MachineRecord } from '../../../sdk/store/records.ts'

/** A whole record, with what a test is about put in. */
export function machineRecord(fields: Partial<MachineRecord> = {}): MachineRecord {
  const name = fields.name ?? 'shop'
  return {
    name,
    id: '6f1f7ac2-6e1c-4d4e-9a5b-1f0a3f6f2f10',
    state: 'stopped',
    cpus: 1,
    memoryMiB: 1024,
    directory: `/var/lib/cleave/machines/${name}`,
    disk: `/var/lib/cleave/machines/${name}/disk.qcow2`,
    backing: '/var/lib/cleave/images/base.qcow2',
    boot: { kernel: '/boot/vmlinuz', initrd: '/boot/initrd', commandLine: 'root=/dev/vda' },
    tap: `tap-${name}`.slice(0, 15),
    macAddress: '02:00:00:00:00:01',
    address: '10.77.0.2/24',
    gateway: '10.77.0.1',
    bridge: 'cleave0',
    generationId: '0c1a2b5e-7a3d-4a8f-8b1e-2d3c4b5a6978',
    memory: 'shared',
    memoryFile: `/dev/shm/cleave-test/${name}.ram`,
    established: false,
    createdAt: 1_700_000_000_000,
    ...fields,
  }
}
