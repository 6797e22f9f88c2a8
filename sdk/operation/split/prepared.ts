/** Everything that a split will make goes into the store before it is made. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { InvalidRequestError } from '../../../proto/errors.ts'
import type { Ports } from '../../machine/ports.ts'
import type { PlannedRoute } from '../../planning/routes.ts'
import type { PlannedChild } from '../../planning/split-plan.ts'
import { forwardsOf } from '../../planning/user-network.ts'
import { isStateful, type Way } from '../../planning/way.ts'
import type { Settings } from '../../settings.ts'
import type { Allocation } from '../../store/allocation.ts'
import type { MachineRecord, PluggedResources } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { placeOf, planKnownRoutes } from '../routes-for.ts'
import type { PreparedSplit } from './context.ts'
import type { Planned } from './plan.ts'
import { overlayOf } from './process-disks.ts'

/** The copy of its parent's disk that a child keeps for itself and others. */
export const copiedImage = 'below.qcow2'

export interface PlannedSplit extends Planned {
  id: string
  parent: MachineRecord
}

/**
 * Call it within a transaction.
 *
 * @throws InvalidRequestError `MACHINE_EXISTS`, `ADDRESS_TAKEN`
 * @throws UnavailableError `NO_ADDRESS`
 * @throws what planRoutes throws
 */
export function writePrepared(ports: Ports, planned: PlannedSplit): PreparedSplit {
  const { id, plan } = planned
  const { store } = ports
  const parent = plan.twin ? reserveTwin(ports, planned.parent) : planned.parent
  const children = plan.children.map((child) => createChild(ports, { ...planned, parent }, child))
  const prepared: PreparedSplit = {
    operation: id,
    plan,
    parent,
    children,
    ...(plan.twin && { before: planned.parent }),
    ...(planned.routes.length > 0 && { routes: planRoutes(store, planned, children) }),
  }
  store.operations.begin({ id, kind: 'split', machine: parent.name, plan: prepared })
  return prepared
}

function planRoutes(
  store: Store,
  { plan, parent, routes: definitions, parting }: PlannedSplit,
  children: readonly MachineRecord[],
): PlannedRoute[] {
  const from = placeOf(parent)
  const moves = parting.map(({ group, children: homes }) => ({
    group,
    from,
    to: children.filter(({ name }) => homes.includes(name)).map(placeOf),
  }))
  return planKnownRoutes(store, { definitions, moves, keepsConnections: isStateful(plan.way) })
}

function reserveTwin(
  { store, hypervisor }: Ports,
  { name, directory, plugged }: MachineRecord,
): MachineRecord {
  return store.machines.reserveTwin(name, {
    runtime: join(directory, 'twin'),
    memoryFile: hypervisor.memoryFile(name),
    ...(plugged && { plugged: hypervisor.ownPlugged(name, plugged) }),
  })
}

function createChild(ports: Ports, planned: PlannedSplit, child: PlannedChild): MachineRecord {
  const { store, settings } = ports
  const { parent, serviceAddresses: served } = planned
  if (child.address !== undefined) refuseTaken(child.address, served, store.machines.list())
  return store.machines.create(
    {
      name: child.name,
      bridgeAddress: settings.bridgeAddress,
      reserved: [...served, ...planned.plan.children.flatMap(({ address }) => address ?? [])],
      // With user networking each is alone in its network, as its parent was.
      ...(planned.plan.userNetwork && { address: parent.address }),
      ...(child.keepsMacAddress && { macAddress: parent.macAddress }),
      ...(child.address !== undefined && { address: child.address }),
    },
    (allocation) => childRecord(ports, planned, { child, allocation }),
  )
}

function childRecord(
  { settings, hypervisor }: Ports,
  { parent, plan }: PlannedSplit,
  { child, allocation }: { child: PlannedChild; allocation: Allocation },
): MachineRecord {
  const { runtime: _, twin: __, backing: ___, disks = [], plugged, ...inherited } = parent
  const { name } = allocation
  const directory = join(settings.home, 'machines', name)
  const { kernelParameters = '', bridge = parent.bridge, gateway = parent.gateway } = child
  const commandLine = [parent.boot.commandLine, kernelParameters].filter(Boolean).join(' ')
  return {
    ...inherited,
    ...allocation,
    id: randomUUID(),
    state: 'preparing',
    cpus: child.cpus,
    memoryMiB: child.memoryMiB,
    directory,
    disk: join(directory, 'root.qcow2'),
    ...(plan.way !== 'full' && { backing: imageBelow(settings, parent, child) }),
    boot: { ...parent.boot, commandLine },
    bridge,
    gateway,
    ...(plan.userNetwork && { userNetwork: { forwards: forwardsOf(plan.userNetwork, name) } }),
    // A child that boots gets those of its groups when it is certain that it stays.
    ...(isStateful(plan.way) &&
      disks.length > 0 && {
        disks: disks.map((disk) => ({ ...disk, image: overlayOf({ directory }, disk.name) })),
      }),
    generationId: randomUUID(),
    ...memoryOf(hypervisor, name, { way: plan.way, plugged }),
    established: isStateful(plan.way) && parent.established,
    parent: parent.name,
    createdAt: Date.now(),
  }
}

/** What was plugged into the parent is there in whoever goes on from its memory; a child that boots has all from the start. */
function memoryOf(
  hypervisor: Ports['hypervisor'],
  name: string,
  { way, plugged }: { way: Way; plugged: PluggedResources | undefined },
): Pick<MachineRecord, 'memory' | 'plugged'> & Partial<Pick<MachineRecord, 'memoryFile'>> {
  if (way === 'fork') return { memory: 'private', ...(plugged && { plugged }) }
  const own = { memory: 'shared', memoryFile: hypervisor.memoryFile(name) } as const
  if (plugged === undefined || !isStateful(way)) return own
  return { ...own, plugged: hypervisor.ownPlugged(name, plugged) }
}

/** The parent's disk, or a copy of it that one of the children keeps. */
function imageBelow({ home }: Settings, { disk }: MachineRecord, { imageOf }: PlannedChild): string {
  return imageOf === undefined ? disk : join(home, 'machines', imageOf, copiedImage)
}

function refuseTaken(address: string, served: readonly string[], machines: readonly MachineRecord[]): void {
  const plain = (text: string) => text.split('/')[0]
  const others = machines.filter(({ state }) => state !== 'split')
  const owner = others.find((machine) => plain(machine.address) === plain(address))
  if (owner === undefined && !served.some((one) => plain(one) === plain(address))) return
  throw new InvalidRequestError({
    code: 'ADDRESS_TAKEN',
    message: `${address} is ${owner === undefined ? 'a service address' : `the address of ${owner.name}`}`,
    remedy: 'Give another one, or leave it out.',
  })
}
