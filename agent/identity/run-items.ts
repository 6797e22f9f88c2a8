/** Makes things anew, one after the other, and reports each. */
import type { IdentityItem } from '../../proto/generated/messages.ts'
import type { Outcome } from './items/item.ts'

export interface Item<Context> {
  name: string
  apply(context: Context): Promise<Outcome> | Outcome
}

/** Never throws: an item that fails is reported as not done, and the others go on. */
export async function runItemsInOrder<Context>(
  items: readonly Item<Context>[],
  context: Context,
): Promise<IdentityItem[]> {
  const outcomes: IdentityItem[] = []
  for (const item of items) outcomes.push(await runItem(item, context))
  return outcomes
}

/** As {@link runItemsInOrder}, one alone. */
export async function runItem<Context>(
  { name, apply }: Item<Context>,
  context: Context,
): Promise<IdentityItem> {
  const begin = performance.now()
  const { done, detail } = await outcomeOf(async () => await apply(context))
  return { item: name, done, detail, milliseconds: performance.now() - begin }
}

async function outcomeOf(apply: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await apply()
  } catch (error) {
    return { done: false, detail: error instanceof Error ? error.message : String(error) }
  }
}
