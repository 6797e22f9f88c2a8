/** The driver for QEMU on this host, without libvirt. */
import { join } from 'node:path'
import { RefusedError } from '../../../proto/errors.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { Accelerator, Hypervisor } from '../hypervisor.ts'
import { findAccelerator, runningAccelerator } from './accelerator/accelerator.ts'
import { boot, bootChild, bootTwin, end } from './boot.ts'
import { checkRoom } from './check-room.ts'
import { copyDisk, createDisk } from './disk/create-disk.ts'
import { deleteDisk } from './disk/delete-disk.ts'
import { flattenRootAtRest, flattenRootInUse } from './disk/flatten-root.ts'
import { prepareFork } from './fork/fork.ts'
import { machineFiles } from './machine-files.ts'
import { compactMemory } from './memory/compact.ts'
import { memoryFolder } from './memory/memory-file.ts'
import { usage } from './memory/usage.ts'
import { addressOwners } from './network/address-owners.ts'
import { chooseNetwork } from './network/choose.ts'
import { endIsolation } from './network/isolation.ts'
import { listen, listenNoMore, userAddress, userGateway } from './network/user.ts'
import { obstacles } from './obstacles.ts'
import { createPlugging } from './plugging.ts'
import { findProcess, processArguments } from './process/find.ts'
import { lastOutput } from './process/log.ts'
import { processorTime } from './process/processor-time.ts'
import { connectQmp, type QmpClient } from './qmp/client.ts'
import { runningWords } from './resource/words.ts'
import { resume } from './resume.ts'
import { findRights } from './rights.ts'
import { shutdown } from './shutdown.ts'
import { status } from './status.ts'
import { checkRoomToSuspend } from './suspend/room.ts'
import { prepareSuspend } from './suspend/suspension.ts'
import { moveToTwin } from './twin/move.ts'
import { settleTwin } from './twin/settle.ts'

export interface QemuHypervisorOptions {
  /** The folder below which machines are kept: nothing outside of it is ever deleted. */
  home: string
  store: Store
  /** Use this one and don't find out. */
  accelerator?: Accelerator
}

export function createQemuHypervisor(options: QemuHypervisorOptions): Hypervisor {
  const { home, store } = options
  /** Monitors of children that wait: opened before the pause. They don't keep this process alive. */
  const waiting = new Map<string, QmpClient>()

  const monitorOf = (machine: MachineRecord) =>
    connectQmp({ path: machineFiles(machine).monitor, peer: `QEMU of ${machine.name}` })
  const takeWaiting = (machine: MachineRecord) => {
    const monitor = waiting.get(machine.name)
    waiting.delete(machine.name)
    return monitor
  }
  /** What the process of a machine was started with: another one that takes its state needs the same. */
  const startedWith = async (machine: MachineRecord) => {
    const process = findProcess(machine)
    if (process === undefined) return { accelerator: await accelerator(machine.boot) }
    return { accelerator: runningAccelerator(process), resources: runningWords(processArguments(process)) }
  }
  const memoryFile: Hypervisor['memoryFile'] = (name) => join(memoryFolder(home), `${name}.ram`)
  const accelerator: Hypervisor['accelerator'] = async (boot) =>
    options.accelerator ?? (await findAccelerator({ store, boot }))

  return {
    ...createPlugging({ home, store, memoryFile, monitorOf }),
    accelerator,
    network: async (wish) => chooseNetwork(await findRights(), wish),
    userNetwork: { address: userAddress, gateway: userGateway },
    memoryFile,
    agentSocket: (machine) => machineFiles(machine).agent,
    adopterSocket: (machine) => machineFiles(machine).adopter,
    consoleSocket: (machine) => machineFiles(machine).console,
    lastOutput,

    boot: async (machine) => {
      const others = store.machines.list()
      await boot({ machine, accelerator: await accelerator(machine.boot), others })
    },
    spawnChild: async (parent, child) => {
      refusePrivateMemory(parent)
      const same = await startedWith(parent)
      takeWaiting(child)?.close()
      waiting.set(child.name, await bootChild({ machine: child, ...same, others: [] }))
    },
    prepareFork: async (parent, children) => {
      await using resources = new AsyncDisposableStack()
      const connect = async (machine: MachineRecord) => ({
        machine,
        monitor: resources.use(takeWaiting(machine) ?? (await monitorOf(machine))),
      })
      const [forking, ...waiters] = await Promise.all([connect(parent), ...children.map(connect)])
      const fork = resources.use(await prepareFork({ parent: forking, children: waiters }))
      const owned = resources.move()
      return { precede: fork.precede, run: fork.run, [Symbol.asyncDispose]: () => owned.disposeAsync() }
    },
    obstacles,
    addressOwners,
    checkRoomToSuspend: (parent, children) =>
      checkRoomToSuspend({ parent, children, others: store.machines.list() }),
    prepareSuspend: async (parent, children) => {
      await using resources = new AsyncDisposableStack()
      const monitor = resources.use(await monitorOf(parent))
      const suspension = await prepareSuspend({
        parent: { machine: parent, monitor },
        children,
        ...(await startedWith(parent)),
        others: store.machines.list(),
      })
      resources.use(suspension)
      const owned = resources.move()
      return { ...suspension, [Symbol.asyncDispose]: () => owned.disposeAsync() }
    },
    moveToTwin: async (machine, twin) => {
      const same = await startedWith(machine)
      using from = await monitorOf(machine)
      using to = await bootTwin({ machine: twin, ...same, others: store.machines.list() })
      return await moveToTwin({ machine, from, twin, to, accelerator: same.accelerator })
    },
    settleTwin,
    compactMemory,
    connect: async (machine) => {
      using monitor = await monitorOf(machine)
      await endIsolation(monitor)
    },
    takeForwards: async (parent, child) => {
      const forwards = child.userNetwork?.forwards ?? []
      if (forwards.length === 0) return
      if (findProcess(parent)) {
        using monitor = await monitorOf(parent)
        await listenNoMore(forwards, monitor)
      }
      using monitor = await monitorOf(child)
      await listen(child, monitor)
    },

    status,
    usage,
    processorTime,
    shutdown,
    resume: (parent) => resume(parent, store.machines.list()),
    end: async (machine) => {
      takeWaiting(machine)?.close()
      await end(machine)
      if (machine.twin) await end({ ...machine, ...machine.twin })
    },
    checkRoom: (options) => checkRoom({ ...options, others: store.machines.list() }),
    createDisk,
    copyDisk,
    flattenRoot: async (machine, base) => {
      if (!findProcess(machine)) return await flattenRootAtRest({ machine, base })
      using monitor = await monitorOf(machine)
      await flattenRootInUse({ machine, base, monitor })
    },
    deleteDisk: (machine) => deleteDisk({ machine, home, others: store.machines.list() }),
  }
}

/** Its memory is in no file that a child could map. */
function refusePrivateMemory({ name, memory }: MachineRecord): void {
  if (memory === 'shared') return
  throw new RefusedError({
    code: 'MEMORY_PRIVATE',
    message: `${name} came out of a split and runs on a private copy of its parent's memory`,
    remedy: `Boot it anew first: cleave vm stop ${name}, then cleave vm start ${name}`,
  })
}
