/** All machines of this host, from round to round. */
import type { Cleave } from '../../cleave.ts'
import type { Sample } from '../documents/top.ts'
import { createMachineWatch, type MachineWatch, type WatchOptions } from './machine-watch.ts'

export interface HostWatch extends AsyncDisposable {
  /** Looks at all machines side by side. By name. */
  look(): Promise<Sample[]>
}

export function createHostWatch(cleave: Cleave, options: WatchOptions): HostWatch {
  const watches = new Map<string, MachineWatch>()
  const end = async (name: string) => {
    const watch = watches.get(name)
    watches.delete(name)
    await watch?.[Symbol.asyncDispose]()
  }
  const watchOf = (name: string) => {
    const watch = watches.get(name) ?? createMachineWatch(cleave, cleave.machines.get(name), options)
    watches.set(name, watch)
    return watch
  }
  return {
    look: async () => {
      const machines = cleave.machines.list()
      const names = new Set(machines.map(({ name }) => name))
      const gone = [...watches.keys()].filter((name) => !names.has(name))
      const [samples] = await Promise.all([
        Promise.all(machines.map((machine) => watchOf(machine.name).look(machine))),
        Promise.all(gone.map(end)),
      ])
      return samples
    },
    [Symbol.asyncDispose]: async () => void (await Promise.all([...watches.keys()].map(end))),
  }
}
