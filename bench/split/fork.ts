/** A fork by the driver alone. */
import type { PauseTimings } from '../../sdk/hypervisor/handover.ts'
import type { Hypervisor } from '../../sdk/hypervisor/hypervisor.ts'
import type { MachineRecord } from '../../sdk/store/records.ts'
import type { ForkHost } from '../fork-host.ts'

export async function spawn(
  hypervisor: Hypervisor,
  parent: MachineRecord,
  children: readonly MachineRecord[],
): Promise<void> {
  for (const child of children) await hypervisor.createDisk(child)
  await Promise.all(children.map((child) => hypervisor.spawnChild(parent, child)))
}

export async function fork(
  { hypervisor }: ForkHost,
  parent: MachineRecord,
  children: readonly MachineRecord[],
): Promise<PauseTimings> {
  await using prepared = await hypervisor.prepareFork(parent, children)
  await prepared.precede()
  return await prepared.run()
}
