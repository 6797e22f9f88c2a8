/** The command line of a machine's QEMU. Pure. */
import { adopterPortName } from '../../../proto/adopter.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { Accelerator } from '../hypervisor.ts'
import { attachedDisks } from './disk/attached.ts'
import { machineFiles } from './machine-files.ts'
import { memoryBytes } from './memory/size.ts'
import { isolation, networkBackend } from './network/isolation.ts'
import { userBackend } from './network/user.ts'
import { type OptionFields, option } from './option.ts'
import { pluggedDevices } from './resource/devices.ts'
import { type ResourceWords, resourceWords } from './resource/words.ts'

export interface CommandLine {
  machine: MachineRecord
  accelerator: Accelerator
  /**
   * A child maps its parent's memory privately and waits for its parent's state, cut off from the network; a twin waits for
   * the state and the memory of the process that runs the same machine.
   */
  role: 'boot' | 'child' | 'twin'
  /** Those of the process whose state it takes over. @default those of a boot */
  resources?: ResourceWords | undefined
}

/**
 * Empty ports for PCI devices that are plugged in later: nothing can be added to q35's own bus. Each costs every
 * child of a split half a millisecond of its processor within the pause; disks need none, they go on the SCSI bus.
 */
const rootPorts = 2

/**
 * The processor that is emulated: x86-64-v2 with little more. With all that QEMU can emulate (`max`) guests spend a
 * sixth more time for the same, for then programs choose AVX and the kernel 5-level page tables.
 *
 * Linux judges it by maker and model. Of this one, an Atom that executes nothing ahead of its time, it knows that its clock
 * has a constant speed and that it leaks nothing: so it reads the time without a call, measures no delay loop of a
 * processor that is plugged in, and has no detours against Spectre.
 */
const emulatedFeatures = {
  vendor: 'GenuineIntel',
  family: 6,
  model: 28,
  // Linux uses no large pages on the first two steppings.
  stepping: 10,
  svm: false,
  ssse3: true,
  'sse4.1': true,
  'sse4.2': true,
  popcnt: true,
  fsgsbase: true,
  invpcid: true,
  rdrand: true,
  rdseed: true,
}

/** Those that there are, and the first, which only a console may have. Each has state, of 31 that QEMU makes room for. */
const guestPorts = 4

/**
 * Room for translated code. When it is full all is translated anew, and for seconds the guest takes twice as long for everything: with
 * 256 one of four merges met that. QEMU's own choice is up to 1024 of each machine, with which nothing was quicker.
 */
const translationMiB = 512

/**
 * All arguments. A child's differ from its parent's only in what does not reach the guest: the state that it
 * takes over fits no other devices.
 */
export function qemuArguments(options: CommandLine): string[] {
  const { machine, accelerator, role, resources = resourceWords(machine) } = options
  return [
    ...identity(machine),
    ...processors(accelerator, resources),
    ...memory(machine),
    ...kernel(machine),
    ...monitors(machine),
    ...buses(),
    ...disk(machine),
    ...attachedDisks(machine.disks ?? []),
    ...(role === 'boot' ? [] : pluggedDevices(machine, accelerator)),
    ...network(machine, role),
    ...serialPorts(machine),
    ...sources(machine),
    ...(role === 'child' ? isolation() : []),
    ...(role === 'boot' ? [] : ['-S', '-incoming', 'defer']),
  ]
}

function identity({ name, id }: MachineRecord): string[] {
  return [
    // Nobody's configuration file, and none of the devices that QEMU adds by itself.
    ...['-no-user-config', '-nodefaults', '-display', 'none'],
    ...['-name', option('', { guest: name, process: `cleave-${name}`.slice(0, 15) })],
    ...['-uuid', id],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
  ]
}

function processors(accelerator: Accelerator, resources: ResourceWords): string[] {
  const machine = {
    'memory-backend': 'memory',
    // Without these devices there is less state to hand over and less for the guest to probe.
    usb: false,
    sata: false,
    smbus: false,
    vmport: false,
    graphics: false,
    // A description of the state for people: as long as the state itself.
    'suppress-vmdesc': true,
    'dump-guest-core': false,
  }
  const [accel, cpu] =
    accelerator === 'kvm'
      ? [option('kvm', {}), option('host', { migratable: true })]
      : [option('tcg', { thread: 'multi', 'tb-size': translationMiB }), option('qemu64', emulatedFeatures)]
  return [
    ...['-machine', option('q35', machine), '-accel', accel, '-cpu', cpu],
    ...['-smp', resources.processors, '-m', resources.memory],
  ]
}

function memory(record: MachineRecord): string[] {
  const { memory, memoryFile } = record
  const size = `${memoryBytes(record)}B`
  const backend = { id: 'memory', size, 'mem-path': memoryFile, share: memory === 'shared' }
  return ['-object', option('memory-backend-file', backend)]
}

/**
 * Where memory can come at addresses above 4 GiB, Linux sets 64 MiB aside for devices that can't reach those. There is none.
 * First, so that whoever made the image has the last word.
 */
const noBounceBuffers = 'swiotlb=noforce'

function kernel({ boot }: MachineRecord): string[] {
  const words = [noBounceBuffers, boot.commandLine].join(' ')
  return ['-kernel', boot.kernel, '-initrd', boot.initrd, '-append', words]
}

function monitors(machine: MachineRecord): string[] {
  const { monitor, observer } = machineFiles(machine)
  return [monitor, observer].flatMap((path, index) => [
    ...['-chardev', socket(`monitor${index}`, path)],
    ...['-mon', option('', { chardev: `monitor${index}`, mode: 'control' })],
  ])
}

function socket(id: string, path: string, more: OptionFields = {}): string {
  return option('socket', { id, path, server: true, wait: false, ...more })
}

function buses(): string[] {
  const ports = Array.from({ length: rootPorts }, (_, index) =>
    option('pcie-root-port', { id: `port${index}`, chassis: index + 1 }),
  )
  return [
    ...ports,
    option('virtio-scsi-pci', { id: 'scsi0' }),
    option('virtio-serial-pci', { id: 'serial0', max_ports: guestPorts }),
  ].flatMap((device) => ['-device', device])
}

function disk({ disk }: MachineRecord): string[] {
  const file = { 'node-name': 'root-file', filename: disk, locking: true, discard: 'unmap' }
  const image = { 'node-name': 'root', file: 'root-file', discard: 'unmap' }
  return [
    ...['-blockdev', option('', { driver: 'file', ...file })],
    ...['-blockdev', option('', { driver: 'qcow2', ...image })],
    ...['-device', option('virtio-blk-pci', { id: 'disk0', drive: 'root' })],
  ]
}

function network(machine: MachineRecord, role: CommandLine['role']): string[] {
  const { tap, macAddress, userNetwork } = machine
  const onBridge = { id: networkBackend, ifname: tap, script: 'no', downscript: 'no', vhost: false }
  const backend =
    userNetwork === undefined
      ? option('tap', onBridge)
      : userBackend(userNetwork, role === 'boot' ? 'forwarding' : 'silent')
  const card = { id: 'nic0', netdev: networkBackend, mac: macAddress, romfile: '' }
  return ['-netdev', backend, '-device', option('virtio-net-pci', card)]
}

function serialPorts(machine: MachineRecord): string[] {
  const files = machineFiles(machine)
  return [
    ...['-chardev', socket('console', files.console, { logfile: files.consoleLog, logappend: true })],
    ...['-serial', 'chardev:console'],
    ...guestPort('agent', files.agent, 'org.cleave.agent'),
    ...guestPort('adopter', files.adopter, adopterPortName),
    ...guestPort('qga', files.guestAgent, 'org.qemu.guest_agent.0'),
  ]
}

function guestPort(id: string, path: string, name: string): string[] {
  return [
    ...['-chardev', socket(id, path)],
    ...['-device', option('virtserialport', { bus: 'serial0.0', chardev: id, name })],
  ]
}

function sources({ generationId }: MachineRecord): string[] {
  return [
    ...['-object', option('rng-random', { id: 'random', filename: '/dev/urandom' })],
    ...['-device', option('virtio-rng-pci', { rng: 'random' })],
    // The guest's kernel draws new random numbers when it wakes with another id.
    ...['-device', option('vmgenid', { id: 'generation', guid: generationId })],
  ]
}
