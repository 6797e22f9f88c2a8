/** A parent whose memory is dirty, and children of it: the driver alone, without agents. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImage } from '../packaging/image/build-image.ts'
import type { Hypervisor } from '../sdk/hypervisor/hypervisor.ts'
import { createQemuHypervisor } from '../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import type { MachineRecord } from '../sdk/store/records.ts'
import { openStore } from '../sdk/store/store.ts'
import { consolePrompts } from '../test/e2e/support/console.ts'
import { openGuestShell } from '../test/e2e/support/guest-shell.ts'

export interface ForkHost extends AsyncDisposable {
  home: string
  hypervisor: Hypervisor
  parent: MachineRecord
  /** Records of machines on the parent's disk; nothing of them exists yet. */
  children(count: number, of: Pick<MachineRecord, 'memory'>): MachineRecord[]
  /** Records of machines on the disk and the memory of another one. */
  childrenOf(parent: MachineRecord, count: number): MachineRecord[]
  /** A record for the process that is to take a machine over. */
  twinOf(machine: MachineRecord): MachineRecord
  /** Ends the machines and deletes what they had. */
  remove(machines: readonly MachineRecord[]): Promise<void>
}

/** How much of the memory is dirty: as in the aims of docs/benchmarks.md. */
const dirtyShare = 0.7

export async function openForkHost(memoryMiB: number): Promise<ForkHost> {
  const home = await mkdtemp(join(tmpdir(), 'cleave-'))
  const store = openStore({ path: join(home, 'store.db') })
  const hypervisor = createQemuHypervisor({ home, store })
  const image = await buildImage({ name: 'plain' })
  const create = (name: string, of: Partial<MachineRecord>) =>
    store.machines.create(
      { name, bridgeAddress: '10.77.0.1/24' },
      (allocated): MachineRecord => ({
        ...allocated,
        id: randomUUID(),
        state: 'running',
        cpus: 1,
        memoryMiB,
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
    )
  const remove: ForkHost['remove'] = async (machines) => {
    for (const machine of machines) {
      await hypervisor.end(machine)
      await hypervisor.deleteDisk(machine)
      store.machines.delete(machine.name)
    }
  }
  const dispose = async () => {
    for (const machine of store.machines.list()) await hypervisor.end(machine)
    store.close()
    await rm(home, { recursive: true, force: true })
  }

  const parent = create('parent', {})
  try {
    await hypervisor.createDisk(parent)
    await hypervisor.boot(parent)
    await consolePrompts(parent)
    await dirty(hypervisor.consoleSocket(parent), memoryMiB)
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    home,
    hypervisor,
    parent,
    remove,
    childrenOf: (machine, count) =>
      Array.from({ length: count }, (_, index) =>
        create(`${machine.name}-${index + 1}`, {
          parent: machine.name,
          backing: machine.disk,
          memory: 'private',
          memoryFile: machine.memoryFile,
        }),
      ),
    twinOf: ({ name, directory }) =>
      store.machines.reserveTwin(name, {
        runtime: join(directory, 'twin'),
        memoryFile: hypervisor.memoryFile(name),
      }),
    children: (count, { memory }) =>
      Array.from({ length: count }, (_, index) => {
        const name = `child-${index + 1}`
        const memoryFile = memory === 'private' ? parent.memoryFile : hypervisor.memoryFile(name)
        return create(name, { parent: parent.name, backing: parent.disk, memory, memoryFile })
      }),
    [Symbol.asyncDispose]: dispose,
  }
}

/** Fills memory with what no stream can leave out as zeros. */
async function dirty(consoleSocket: string, memoryMiB: number): Promise<void> {
  await using shell = await openGuestShell(consoleSocket)
  const blocks = Math.round((memoryMiB * dirtyShare) / 16)
  await shell.run('mkdir -p /mnt/fill; mount -t tmpfs -o size=90% none /mnt/fill')
  await shell.run('head -c 16777216 /dev/urandom > /root/block')
  // A piece at a time: the shell bounds each command, and gigabytes take long in an emulated guest.
  for (let done = 0; done < blocks; done += 8) {
    const last = Math.min(done + 8, blocks)
    await shell.run(`for n in $(seq ${done + 1} ${last}); do cat /root/block; done >> /mnt/fill/dirty`)
  }
}
