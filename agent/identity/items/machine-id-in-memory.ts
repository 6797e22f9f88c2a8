import { createUnits } from '../../systemd/units.ts'
import { done, type SlowItem } from './item.ts'

const journal = 'systemd-journald.service'

/**
 * systemd and the journal read the machine id once and keep it. systemd executes itself anew, which no unit notices;
 * the journal keeps its streams over a restart.
 */
export const machineIdInMemory: SlowItem = {
  name: 'machine-id-in-memory',
  async apply({ root }) {
    const units = createUnits()
    if (root !== '/' || !units.isAvailable()) return done('not present: systemd does not run')
    await units.reexecute()
    await units.restartSoon([journal])
    return done('systemd and its journal read it anew')
  },
}
