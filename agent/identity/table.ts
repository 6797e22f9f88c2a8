/** What makes a machine itself, in the order in which it is reported. */
import { agentKeys } from './items/agent-keys.ts'
import { bootId } from './items/boot-id.ts'
import { dhcp } from './items/dhcp.ts'
import { hostname } from './items/hostname.ts'
import { iscsiInitiator } from './items/iscsi-initiator.ts'
import type { QuickItem, SlowItem } from './items/item.ts'
import { machineId } from './items/machine-id.ts'
import { machineIdInMemory } from './items/machine-id-in-memory.ts'
import { network } from './items/network.ts'
import { nvmeHost } from './items/nvme-host.ts'
import { randomPool } from './items/random-pool.ts'
import { randomSeed } from './items/random-seed.ts'
import { smbiosUuid } from './items/smbios-uuid.ts'
import { sshHostKeys } from './items/ssh-host-keys.ts'
import { wallClock } from './items/wall-clock.ts'

/** Those of every machine. Network and random pool first: both wait for the kernel while the others go on. */
export const quickItems: readonly QuickItem[] = [network, randomPool, hostname, machineId]

/** Those of a machine that woke as a copy: what a boot makes anew by itself is still that of its parent. */
export const itemsOfCopy: readonly QuickItem[] = [
  network,
  randomPool,
  wallClock,
  hostname,
  machineId,
  bootId,
  smbiosUuid,
]

/** Those that nobody misses for some seconds: silence must not wait for them. */
export const slowItems: readonly SlowItem[] = [
  randomSeed,
  dhcp,
  iscsiInitiator,
  nvmeHost,
  sshHostKeys,
  machineIdInMemory,
  agentKeys,
]
