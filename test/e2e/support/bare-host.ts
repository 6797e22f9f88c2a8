/** The driver alone, with machines whose agents take no part. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImage } from '../../../packaging/image/build-image.ts'
import type { Hypervisor } from '../../../sdk/hypervisor/hypervisor.ts'
import { createQemuHypervisor } from '../../../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import type { MachineRecord } from '../../../sdk/store/records.ts'
import { openStore, type Store } from '../../../sdk/store/store.ts'
import { type GuestShell, openGuestShell } from './guest-shell.ts'

export interface BareHost extends AsyncDisposable {
  home: string
  store: Store
  hypervisor: Hypervisor
  /** Writes the record of a machine with one processor and 512 MiB, and what is given put in. */
  create(name: string, of?: Partial<MachineRecord>): MachineRecord
  /** What a child has that goes on from a copy of its parent's memory. */
  copyOf(parent: MachineRecord): Partial<MachineRecord>
  shell(machine: MachineRecord): Promise<GuestShell>
}

export async function openBareHost(): Promise<BareHost> {
  const home = await mkdtemp(join(tmpdir(), 'cleave-'))
  const store = openStore({ path: join(home, 'store.db') })
  const hypervisor = createQemuHypervisor({ home, store })
  const image = await buildImage({ name: 'plain' })
  return {
    home,
    store,
    hypervisor,
    create: (name, of = {}) =>
      store.machines.create(
        { name, bridgeAddress: '10.77.0.1/24' },
        (allocated): MachineRecord => ({
          ...allocated,
          id: randomUUID(),
          state: 'running',
          cpus: 1,
          memoryMiB: 512,
          directory: join(home, 'machines', name),
          disk: join(home, 'machines', name, 'root.qcow2'),
          backing: image.disk,
          boot: image.boot,
          gateway: '10.77.0.1',
          bridge: 'cleave0',
          generationId: randomUUID(),
          memory: 'shared',
          memoryFile: hypervisor.memoryFile(name),
          established: false,
          createdAt: Date.now(),
          ...of,
        }),
      ),
    copyOf: ({ name, disk, memoryFile, plugged }) => ({
      parent: name,
      backing: disk,
      memory: 'private',
      memoryFile,
      ...(plugged && { plugged }),
    }),
    shell: (machine) => openGuestShell(hypervisor.consoleSocket(machine)),
    [Symbol.asyncDispose]: async () => {
      for (const machine of store.machines.list()) await hypervisor.end(machine)
      store.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}
