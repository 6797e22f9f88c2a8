import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { checkName } from '../../proto/names.ts'
import { readImage } from '../image.ts'
import { checkResources } from '../planning/configuration.ts'
import type { MachineRecord } from '../store/records.ts'
import { checkForwards, type NetworkOptions, pickNetwork } from './network.ts'
import type { Ports } from './ports.ts'

export interface CreateMachineOptions extends NetworkOptions {
  /** 1 to 63 lower-case letters, digits and hyphens. */
  name: string
  /** The folder of a guest image (docs/image.md). */
  image: string
  /** @default 1 */
  cpus?: number
  /** @default 1024 */
  memoryMiB?: number
}

/**
 * Creates a machine and its disk, an overlay of the image. It does not start.
 *
 * @throws InvalidRequestError `BAD_NAME`, `MACHINE_EXISTS`, `BAD_RESOURCES`, `IMAGE_NOT_QCOW2`, `IMAGE_UNREADABLE`,
 *   `FORWARD_ON_BRIDGE`, and what {@link checkForwards} throws
 * @throws UnavailableError `NO_ADDRESS`, `NO_SPACE`, `NO_RIGHTS`
 */
export async function createMachine(ports: Ports, options: CreateMachineOptions): Promise<MachineRecord> {
  const { store, hypervisor, settings } = ports
  checkName(options.name, 'machine')
  const cpus = options.cpus ?? 1
  const memoryMiB = options.memoryMiB ?? 1024
  checkResources(cpus, memoryMiB)
  const image = await readImage(options.image)
  const userNetwork = await pickNetwork({ hypervisor, wish: options })
  const { address: alone, gateway } = hypervisor.userNetwork
  const machine = store.machines.create(
    {
      name: options.name,
      bridgeAddress: settings.bridgeAddress,
      ...(userNetwork && { address: `${alone}/24` }),
    },
    ({ name, macAddress, address, tap }) => {
      // Here, so that two processes never get the same port.
      if (userNetwork) checkForwards(userNetwork.forwards, store.machines.list())
      const directory = join(settings.home, 'machines', name)
      return {
        name,
        id: randomUUID(),
        state: 'stopped',
        cpus,
        memoryMiB,
        directory,
        disk: join(directory, 'root.qcow2'),
        backing: image.disk,
        boot: image.boot,
        tap,
        macAddress,
        address,
        gateway: userNetwork ? gateway : (settings.bridgeAddress.split('/')[0] ?? ''),
        bridge: settings.bridge,
        ...(userNetwork && { userNetwork }),
        generationId: randomUUID(),
        memory: 'shared',
        memoryFile: hypervisor.memoryFile(name),
        established: false,
        createdAt: Date.now(),
      }
    },
  )
  try {
    await hypervisor.createDisk(machine)
  } catch (error) {
    await hypervisor.deleteDisk(machine)
    store.machines.delete(machine.name)
    throw error
  }
  return machine
}
