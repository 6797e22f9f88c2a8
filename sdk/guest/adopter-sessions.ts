/** The connections of one split with the adopters of its machines. */
import type { Hypervisor } from '../hypervisor/hypervisor.ts'
import type { MachineRecord } from '../store/records.ts'
import { type AdopterSession, openAdopterSession } from './adopter-session.ts'

export interface AdopterSessions extends Disposable {
  /** @throws UnavailableError `NO_CHANNEL` */
  open(machine: MachineRecord): Promise<AdopterSession>
  /** Undefined when there is none, as when another process goes on with the split. */
  of(machine: MachineRecord): AdopterSession | undefined
  /** Without effect when there is none. */
  close(machine: MachineRecord): void
}

export function createAdopterSessions(hypervisor: Pick<Hypervisor, 'adopterSocket'>): AdopterSessions {
  const sessions = new Map<string, AdopterSession>()
  const close = (name: string) => {
    sessions.get(name)?.[Symbol.dispose]()
    sessions.delete(name)
  }
  return {
    async open(machine) {
      close(machine.name)
      const path = hypervisor.adopterSocket(machine)
      const session = await openAdopterSession(path, `the adopter of ${machine.name}`)
      sessions.set(machine.name, session)
      return session
    },
    of: ({ name }) => sessions.get(name),
    close: ({ name }) => close(name),
    [Symbol.dispose]: () => {
      for (const name of [...sessions.keys()]) close(name)
    },
  }
}
