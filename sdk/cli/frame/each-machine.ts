/** The same for several machines, side by side: what fails for one does not stop the others. */
import { errorDocument } from '../documents/error.ts'
import type { Output } from './output.ts'

/** @param work answers what to say about one machine, as further fields and as a line of text */
export async function eachMachine(
  output: Output,
  names: readonly string[],
  work: (name: string) => Promise<{ fields: object; text: string }>,
): Promise<void> {
  const outcomes = await Promise.all(
    [...new Set(names)].map(async (name) => {
      try {
        return { name, ...(await work(name)) }
      } catch (error) {
        return { name, error }
      }
    }),
  )
  const documents = outcomes.map((outcome) => ({
    name: outcome.name,
    ...('fields' in outcome ? outcome.fields : { error: errorDocument(outcome.error) }),
  }))
  const firstError = documents.find((document) => 'error' in document)
  output.result({
    document: { machines: documents, ...(firstError && { error: firstError.error }) },
    text: () => outcomes.flatMap((outcome) => ('text' in outcome ? [outcome.text] : [])).join('\n'),
  })
  for (const outcome of outcomes) if ('error' in outcome) output.fail(outcome.error)
}
