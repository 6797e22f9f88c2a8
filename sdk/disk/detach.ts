import { InvalidRequestError, RefusedError } from '../../proto/errors.ts'
import type { DiskHolder, DiskState } from '../../proto/generated/messages.ts'
import { disksFeature } from '../../proto/version.ts'
import { requireFeature } from '../guest/require-feature.ts'
import { withAgent } from '../machine/agent.ts'
import type { Ports } from '../machine/ports.ts'
import { writeDetached } from './attach.ts'
import { holdDisks } from './hold.ts'

/**
 * Takes a disk from its machine. The guest of one that runs must have unmounted it.
 *
 * @throws NotFoundError `DISK_NOT_FOUND`
 * @throws InvalidRequestError `DISK_NOT_ATTACHED`
 * @throws RefusedError `DISK_MOUNTED` with where, and the group that declares it; `DISK_HELD` with the volume or swap space on it
 * @throws BusyError `MACHINE_BUSY`, `DISK_LOCKED`
 * @throws UnansweredError `DISK_NOT_RELEASED`, `NO_ANSWER`
 * @throws UnavailableError `AGENT_TOO_OLD` when the guest can't say what is mounted
 */
export async function detachDisk(ports: Ports, name: string): Promise<{ machine: string }> {
  const { store, hypervisor } = ports
  using held = holdDisks(store, 'detach', () => [store.disks.get(name)])
  const [{ machine: machineName }] = held.disks
  if (machineName === undefined) throw notAttached(name)
  const machine = store.machines.get(machineName)
  const attached = machine.disks?.find((one) => one.name === name)
  if (attached && (await hypervisor.status(machine)) !== 'absent') {
    await refuseUsed(ports, machineName, name)
    await hypervisor.detachDisk(machine, attached)
  }
  store.atomically(() => writeDetached(store, machineName, name))
  return { machine: machineName }
}

async function refuseUsed(ports: Ports, machine: string, name: string): Promise<void> {
  const disks = await withAgent(ports, machine, async (agent) => {
    await requireFeature(agent, { feature: disksFeature, machine, instead: 'stop the machine first' })
    return await agent.listDisks()
  })
  const same = disks.filter(({ serial }) => serial === name)
  const mounted = same.find(({ mountPoints }) => mountPoints.length > 0)
  if (mounted) throw diskMounted(machine, name, mounted)
  // Processes come with a mount. What is left is the kernel's own.
  const [holder] = same.flatMap(({ holders }) => holders)
  if (holder) throw diskHeld(machine, name, holder)
}

function diskHeld(machine: string, name: string, { name: holder }: DiskHolder): RefusedError {
  return new RefusedError({
    code: 'DISK_HELD',
    message: `the kernel of ${machine} has ${holder} on disk ${name}`,
    remedy: 'Let it go in the guest first: vgchange --activate n, cryptsetup close, or swapoff.',
  })
}

function diskMounted(machine: string, name: string, { mountPoints, group }: DiskState): RefusedError {
  const whose = group === '' ? '' : `, and group ${group} declares it`
  return new RefusedError({
    code: 'DISK_MOUNTED',
    message: `disk ${name} is mounted in ${machine} at ${mountPoints.join(', ')}${whose}`,
    remedy:
      group === ''
        ? 'Unmount it in the guest first.'
        : `Stop the group, and unmount the disk in the guest first.`,
  })
}

function notAttached(name: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'DISK_NOT_ATTACHED',
    message: `no machine has disk ${name}`,
    remedy: 'See who has which: cleave disk list',
  })
}
