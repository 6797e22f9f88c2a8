/** What a child is given, where a stateless split lets it differ from its parent. Pure. */
import { InvalidRequestError, RefusedError } from '../../proto/errors.ts'
import { isStateful, type Way } from './way.ts'

/** Only in a stateless split may anything of it differ from the parent's, which each field takes when it is left out. */
export interface ChildConfiguration {
  /** 1 to 255. */
  cpus?: number
  /** At least 128. */
  memoryMiB?: number
  /** Size of the root disk as the guest sees it; at least the parent's. File systems are left as they are. */
  diskBytes?: number
  /** Words for the end of the kernel's command line, such as `mitigations=off`. */
  kernelParameters?: string
  /** The bridge that it is connected with. */
  bridge?: string
  /** IPv4 with prefix length. @default the next free one */
  address?: string
  gateway?: string
}

export interface Resources {
  cpus: number
  memoryMiB: number
}

/** A configuration with resources filled in. */
export type PlannedConfiguration = Resources & Omit<ChildConfiguration, keyof Resources>

export interface ConfigurationWish {
  way: Way
  parent: Resources & { name: string; userNetwork?: object }
  child: string
  wish: ChildConfiguration
}

/**
 * @throws InvalidRequestError `BAD_RESOURCES`, `BAD_KERNEL_PARAMETERS`
 * @throws RefusedError `NO_BRIDGE` when a child of a machine with user networking would get an address of its own;
 *   `RESOURCES_DIFFER` when a child of a stateful split would differ from its parent (thesis, table 2.5)
 */
export function configure({ way, parent, child, wish }: ConfigurationWish): PlannedConfiguration {
  const { cpus = parent.cpus, memoryMiB = parent.memoryMiB, ...others } = wish
  checkResources(cpus, memoryMiB)
  const changes = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  if (isStateful(way)) refuseDifferences({ way, parent, child, cpus, memoryMiB, changes })
  if (parent.userNetwork !== undefined) refuseAddresses(parent.name, child, others)
  checkKernelParameters(child, others.kernelParameters ?? '')
  checkDiskSize(child, others.diskBytes ?? 512)
  return { cpus, memoryMiB, ...changes }
}

/** @throws InvalidRequestError `BAD_RESOURCES` */
export function checkResources(cpus: number, memoryMiB: number): void {
  const sound =
    Number.isInteger(cpus) && cpus >= 1 && cpus <= 255 && Number.isInteger(memoryMiB) && memoryMiB >= 128
  if (sound) return
  throw new InvalidRequestError({
    code: 'BAD_RESOURCES',
    message: `${cpus} CPUs and ${memoryMiB} MiB are no resources of a machine`,
    remedy: 'Give 1 to 255 CPUs and at least 128 MiB.',
  })
}

function refuseDifferences(of: {
  way: Way
  parent: ConfigurationWish['parent']
  child: string
  cpus: number
  memoryMiB: number
  changes: object
}): void {
  const { way, parent, child, cpus, memoryMiB, changes } = of
  const fields = Object.keys(changes)
  if (cpus === parent.cpus && memoryMiB === parent.memoryMiB && fields.length === 0) return
  const asked = [`${cpus} CPUs and ${memoryMiB} MiB`, ...fields.map((field) => `another ${words[field]}`)]
  throw new RefusedError({
    code: 'RESOURCES_DIFFER',
    message:
      `${child} asks for ${asked.join(', ')}, but ${parent.name} has ${parent.cpus} CPUs and ${parent.memoryMiB} MiB: ` +
      `a child that goes on from memory (${way}) has what its parent has`,
    remedy:
      'Leave that out, and change what the child has afterwards (cleave resources); or let the children boot with --way delta, ' +
      'which starts their groups anew without what is in memory.',
  })
}

const words: Record<string, string> = {
  diskBytes: 'size of its disk',
  kernelParameters: 'command line of its kernel',
  bridge: 'bridge',
  address: 'address',
  gateway: 'gateway',
}

function refuseAddresses(
  parent: string,
  child: string,
  { address, gateway, bridge }: ChildConfiguration,
): void {
  if (address === undefined && gateway === undefined && bridge === undefined) return
  throw new RefusedError({
    code: 'NO_BRIDGE',
    message: `${child} can't have an address, gateway or bridge of its own: ${parent} has user networking, and so have its children`,
    remedy: 'Leave that out; what it forwards goes on to its children (docs/rootless.md).',
  })
}

/** In whole sectors, up to what qcow2 can hold with clusters of 64 KiB. */
function checkDiskSize(child: string, bytes: number): void {
  if (Number.isInteger(bytes) && bytes > 0 && bytes % 512 === 0 && bytes <= 2 ** 52) return
  throw new InvalidRequestError({
    code: 'BAD_RESOURCES',
    message: `${bytes} bytes are no size of the disk of ${child}`,
    remedy: 'Give a multiple of 512 bytes, at least as much as its parent has.',
  })
}

/** They go to a kernel that reads words between spaces, and through no shell. */
function checkKernelParameters(child: string, parameters: string): void {
  if (/^[\x20-\x7e]{0,1024}$/.test(parameters)) return
  throw new InvalidRequestError({
    code: 'BAD_KERNEL_PARAMETERS',
    message: `the kernel parameters of ${child} are not usable`,
    remedy: 'Use at most 1024 printable ASCII characters.',
  })
}
