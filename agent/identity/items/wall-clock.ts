import type { PlannedItem } from '../../adopter/plan.ts'
import { done, type QuickItem } from './item.ts'

// Behind by less than this is not worth a step. Ahead by less may be right: the host's word was on its way meanwhile,
// and a clock that goes back harms more than one that is a little fast.
const slowMicroseconds = 10_000
const fastMicroseconds = 1_000_000

export const comparedClock = {
  ...done('compared with the host’s word'),
  name: 'wall-clock',
  isRequired: false,
  actions: [{ do: 'clock', slowMicroseconds, fastMicroseconds }],
} satisfies PlannedItem

/** The wall clock: it stood still while the machine was paused. */
export const wallClock: QuickItem = {
  name: comparedClock.name,
  look: () => () => comparedClock,
}
