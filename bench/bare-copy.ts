/** A machine that goes on in QEMU processes of its copies, and nothing else: nobody is frozen, told or changed. */
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Hypervisor } from '../sdk/hypervisor/hypervisor.ts'
import type { MachineRecord } from '../sdk/store/records.ts'

/**
 * Stops the machine and lets two copies of it run, as a split does. The first has its network; the other stays cut off.
 * Answers the copies, which the caller ends.
 */
export async function copyBare(hypervisor: Hypervisor, parent: MachineRecord): Promise<MachineRecord[]> {
  const copies = ['copy-1', 'copy-2'].map((name): MachineRecord => {
    const directory = join(dirname(parent.directory), name)
    return {
      ...parent,
      id: randomUUID(),
      name,
      parent: parent.name,
      directory,
      disk: join(directory, 'root.qcow2'),
      backing: parent.disk,
      tap: `cleave-${name}`,
      memory: 'private',
    }
  })
  for (const copy of copies) {
    await hypervisor.createDisk(copy)
    await hypervisor.spawnChild(parent, copy)
  }
  {
    await using fork = await hypervisor.prepareFork(parent, copies)
    await fork.precede()
    await fork.run()
  }
  const [heir] = copies
  if (heir) await hypervisor.connect(heir)
  return copies
}
