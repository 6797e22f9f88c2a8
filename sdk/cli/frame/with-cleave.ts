import type { Cleave } from '../../cleave.ts'
import { failureText } from '../../operation/failure-records.ts'
import type { Recovered } from '../../operation/recover.ts'
import type { Frame } from './frame.ts'

/**
 * Opens Cleave for `work` and closes it afterwards. What opening recovered is told on standard error.
 *
 * @param options.recover false leaves interrupted operations as they are. @default true
 */
export async function withCleave(
  { settings, output }: Frame,
  work: (cleave: Cleave) => Promise<void>,
  options: { recover?: boolean } = {},
): Promise<void> {
  // Only here: help and wrong options should not wait for it.
  const { Cleave } = await import('../../cleave.ts')
  using cleave = await Cleave.open({ ...settings, ...options })
  for (const recovered of cleave.recovered) {
    if (recovered.outcome === 'failed' || recovered.failures?.length) output.warn(recoveredText(recovered))
    else output.note(recoveredText(recovered))
  }
  await work(cleave)
}

export function recoveredText({ operation, machine, outcome, error, failures = [] }: Recovered): string {
  const what = `${operation} of ${machine}, which was interrupted,`
  if (outcome === 'failed') return `${what} could not be recovered: ${error?.message ?? 'unknown reason'}`
  const ended = outcome === 'undone' ? `${what} was taken back` : `${what} was finished`
  if (failures.length === 0) return ended
  const hidden = failures.length - mostTold
  const told = failures.slice(0, mostTold).map(failureText).join('; ')
  const more = hidden > 0 ? `; and ${hidden} more, see: cleave operations show ${operation}` : ''
  return `${ended}, but ${told}${more}`
}

const mostTold = 5
