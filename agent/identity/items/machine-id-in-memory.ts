import { createUnits } from '../../systemd/units.ts'
import { done, type SlowItem } from './item.ts'

const journal = 'systemd-journald.service'

/**
 * What read the machine id once and keeps it. The journal writes it into every entry, so it is started anew; it hands
 * its streams to itself. systemd itself shows its copy nowhere but in the specifier %m, for which starting it anew
 * (seconds in an emulated machine) would be too much.
 */
export const machineIdInMemory: SlowItem = {
  name: 'machine-id-in-memory',
  async apply({ root }) {
    const units = createUnits()
    if (root !== '/' || !units.isAvailable()) return done('not present: systemd does not run')
    await units.restartSoon([journal])
    return done('the journal reads it anew; systemd does at the next boot')
  },
}
