import { FailedError } from '../../../proto/errors.ts'
import { drawEntropy, wallClockMicroseconds } from '../../machine/identity.ts'
import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/**
 * Makes each child what it is: foreign groups can't start any more, identity and addresses become its own. No workload
 * runs yet, so all of it can still be taken back by ending the children.
 */
export const adopt: WorkStep<SplitContext> = {
  name: 'adopt',
  commits: false,
  async run({ prepared: { operation, children }, adopters }) {
    await Promise.all(
      children.map(async (child) => {
        const adopter = adopters.of(child)
        // Recovery takes back what was not committed, and never comes here.
        if (adopter === undefined) throw notConnected(child.name)
        await adopter.adopt({
          operation,
          child: child.name,
          entropy: drawEntropy(),
          wallClockMicroseconds: wallClockMicroseconds(),
        })
      }),
    )
  },
}

function notConnected(name: string): FailedError {
  return new FailedError({
    code: 'NOT_CONNECTED',
    message: `there is no connection with the adopter of ${name}`,
    remedy: 'This is a defect of Cleave: please report it.',
  })
}
