import { RefusedError } from '../../proto/errors.ts'
import type { MachineRecord } from '../store/records.ts'

/**
 * For what only a machine of its own can be given.
 *
 * @throws RefusedError `MACHINE_SPLIT` when it was split, or is being made by a split
 */
export function refuseSplit({ name, state }: Pick<MachineRecord, 'name' | 'state'>): void {
  if (state === 'running' || state === 'stopped') return
  throw new RefusedError({
    code: 'MACHINE_SPLIT',
    message:
      state === 'split' ? `${name} was split: it never runs again` : `${name} is being made by a split`,
    remedy: 'Name one of its children instead: see `cleave vm tree`.',
  })
}
