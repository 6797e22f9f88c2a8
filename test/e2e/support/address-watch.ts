/** Asks all the time who has an address. */
import type { TestHost } from './host.ts'

export interface AddressWatch extends AsyncDisposable {
  report(): { looks: number; mostAtOnce: number; seen: Set<string> }
}

/** @param machine one on the bridge on which it asks */
export function watchOwners({ cleave }: TestHost, machine: string, address: string): AddressWatch {
  const report = { looks: 0, mostAtOnce: 0, seen: new Set<string>() }
  const record = cleave.machines.get(machine).record()
  let isOver = false
  const watch = async () => {
    while (!isOver) {
      const owners = await cleave.hypervisor.addressOwners(record, [address])
      report.looks += 1
      report.mostAtOnce = Math.max(report.mostAtOnce, owners.length)
      for (const { macAddress } of owners) report.seen.add(macAddress)
    }
  }
  const watching = watch()
  watching.catch(() => {})
  return {
    report: () => report,
    [Symbol.asyncDispose]: async () => {
      isOver = true
      await watching
    },
  }
}
