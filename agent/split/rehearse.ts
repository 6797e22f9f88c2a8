/**
 * What a child has to do fast, done once before where it has no effect. Code that ran before runs several times faster:
 * in an emulated guest the first adopt took 720 ms, and the second 280. A copy of the guest has what was warmed up.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { agentServices } from '../../proto/definition.ts'
import type { MachineIdentity } from '../../proto/generated/messages.ts'
import type { CgroupTree } from '../group/control/cgroup.ts'
import { freezeAll, thawAll } from '../group/control/freezing.ts'
import { adoptIdentity } from '../identity/adopt-identity.ts'
import type { IdentityMemory } from '../identity/identity-memory.ts'
import { prepareItems } from '../identity/run-items.ts'
import { itemsOfCopy } from '../identity/table.ts'
import type { Tools } from '../identity/tools.ts'
import { checkIdentity } from '../identity/validate.ts'
import { adoptChild } from './adopt-child.ts'
import { createWatch } from './outsiders.ts'
import { readSplitMemory, writeSplitMemory } from './state-file.ts'
import type { QuiescedGroup } from './state-schema.ts'

const cgroup = '/cleave-rehearsal'

const group: QuiescedGroup = {
  name: 'rehearsal',
  cgroups: [{ path: cgroup, wasFrozen: false }],
  processes: [{ id: { pid: 0, startTicks: 0 }, name: 'none' }],
  units: ['rehearsal.service'],
  serviceAddress: '192.0.2.80/24',
}

const machine: MachineIdentity = {
  hostname: 'rehearsal',
  machineId: '',
  network: {
    interface: '',
    macAddress: '02:00:00:00:00:02',
    addresses: ['192.0.2.2/24'],
    gateway: '192.0.2.1',
  },
  entropy: Buffer.alloc(32),
  wallClockMicroseconds: 1_600_000_000_000_000,
}

const tools: Omit<Tools, 'items'> = {
  state: {
    name: 'rehearsal',
    macAddress: '02:00:00:00:00:01',
    isUp: true,
    addresses: [
      { address: '192.0.2.1/24', isLinkLocal: false },
      { address: 'fe80::1/64', isLinkLocal: true },
    ],
  },
  ip: { run: async () => {}, close: async () => {} },
  calls: {
    awaitReady: async () => {},
    reseed: async () => {},
    setClock: async () => {},
    bindMount: async () => {},
    close: async () => {},
  },
  close: async () => {},
}

/** Throws what would keep a child from being adopted, such as a full disk. Leaves nothing behind. */
export async function rehearse({ tree, root }: { tree: CgroupTree; root: string }): Promise<void> {
  const scratch = join(root, 'run/cleave/rehearsal')
  rmSync(scratch, { recursive: true, force: true })
  for (const folder of ['dev', 'etc', 'proc/sys/kernel/random']) {
    mkdirSync(join(scratch, folder), { recursive: true })
  }
  for (const file of ['dev/urandom', 'proc/sys/kernel/hostname', 'proc/sys/kernel/random/boot_id']) {
    writeFileSync(join(scratch, file), '0'.repeat(64))
  }
  tree.create(cgroup)
  try {
    const items = prepareItems(itemsOfCopy, scratch)
    const memory: IdentityMemory = {
      root: scratch,
      stored: undefined,
      secret: machine.entropy,
      tools: { ...tools, items },
    }
    writeSplitMemory(scratch, { released: [] })
    readSplitMemory(scratch)
    checkIdentity(machine)
    rehearseMessages()
    await freezeAll(tree, [cgroup])
    createWatch([]).outsiders(() => tree.processes(cgroup))
    await adoptChild({
      root: scratch,
      tree,
      identity: { adopt: (identity, change) => adoptIdentity(memory, identity, change) },
      own: [],
      foreign: [group],
      machine,
    })
    await thawAll(tree, [cgroup])
  } finally {
    tree.remove(cgroup)
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Readers and writers of messages are compiled when they are first used. */
function rehearseMessages(): void {
  const { Adopt, Resume } = agentServices.Split.service
  for (const method of [Adopt, Resume]) {
    method.requestDeserialize(method.requestSerialize({ operationId: 'rehearsal', identity: machine }))
    method.responseSerialize({ identity: [], foreign: [], groups: [], milliseconds: 0 })
  }
}
