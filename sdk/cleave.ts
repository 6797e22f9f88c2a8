/** The entry to everything that Cleave does on a host. */
import { join } from 'node:path'
import { type ProcessDisks, processDisks } from './disk/disks.ts'
import type { Hypervisor } from './hypervisor/hypervisor.ts'
import { createQemuHypervisor } from './hypervisor/qemu/qemu-hypervisor.ts'
import { type CreateMachineOptions, createMachine } from './machine/create.ts'
import { type Machine, machineHandle } from './machine/machine.ts'
import type { Ports } from './machine/ports.ts'
import { type Recovered, recoverOperations } from './operation/recover.ts'
import { type PushReport, pushRoutes } from './routes/push.ts'
import { type RouteView, viewRoutes } from './routes/view.ts'
import { completeSettings, type Settings } from './settings.ts'
import type { JournalEntry, MachineRecord, OperationRecord } from './store/records.ts'
import { openStore } from './store/store.ts'

export interface OpenOptions extends Partial<Settings> {
  /**
   * Finish or take back what processes that have ended left in the middle. Without it their machines stay as they
   * are, possibly frozen, until it is done.
   *
   * @default true
   */
  recover?: boolean
}

/** An open Cleave. Machines live on without it; close it to free its files and sockets. */
export interface Cleave extends Disposable {
  readonly settings: Settings
  readonly hypervisor: Hypervisor
  readonly machines: {
    /** See {@link createMachine}. */
    create(options: CreateMachineOptions): Promise<Machine>
    /** @throws NotFoundError `MACHINE_NOT_FOUND` */
    get(name: string): Machine
    /** By name. */
    list(): MachineRecord[]
  }
  /** The disks of groups. */
  readonly disks: ProcessDisks
  readonly operations: {
    /** The latest first. */
    list(): OperationRecord[]
    /** @throws NotFoundError `OPERATION_NOT_FOUND` */
    get(id: string): OperationRecord
    /** What it did so far, in order; a step that was taken back or finished later is there again. */
    journal(id: string): JournalEntry[]
    /** Finishes or takes back every operation whose own process has ended. */
    recover(): Promise<Recovered[]>
  }
  /** Where clients of groups are sent: see docs/routes.md. */
  readonly routes: {
    /** See {@link viewRoutes}. */
    list(): Promise<RouteView[]>
    /** See {@link pushRoutes}. */
    push(): Promise<PushReport>
  }
  /** What {@link Cleave.open} recovered. */
  readonly recovered: readonly Recovered[]
  close(): void
}

export const Cleave = {
  /**
   * Opens the store of this host, and recovers operations whose process has ended.
   *
   * @throws UnavailableError `STORE_TOO_NEW`
   * @throws FailedError `STORE_UNREADABLE`
   */
  async open(options: OpenOptions = {}): Promise<Cleave> {
    const settings = completeSettings(options)
    const store = openStore({ path: join(settings.home, 'store.db') })
    try {
      const ports: Ports = {
        store,
        settings,
        hypervisor: createQemuHypervisor({ home: settings.home, store }),
      }
      const recover = () => recoverOperations(ports)
      const recovered = options.recover === false ? [] : await recover()
      return {
        settings,
        hypervisor: ports.hypervisor,
        recovered,
        machines: {
          create: async (wish) => machineHandle(ports, (await createMachine(ports, wish)).name),
          get: (name) => machineHandle(ports, store.machines.get(name).name),
          list: () => store.machines.list(),
        },
        disks: processDisks(ports),
        operations: {
          list: () => store.operations.list(),
          get: (id) => store.operations.get(id),
          journal: (id) => store.journal.list(id),
          recover,
        },
        routes: { list: () => viewRoutes(ports), push: () => pushRoutes(ports) },
        close: () => store.close(),
        [Symbol.dispose]: () => store.close(),
      }
    } catch (error) {
      store.close()
      throw error
    }
  },
}
