/** Makes things anew, and reports each. */
import { FailedError } from '../../proto/errors.ts'
import type { IdentityItem } from '../../proto/generated/messages.ts'
import type { Outcome, QuickContext, QuickItem } from './items/item.ts'
import { network } from './items/network.ts'

export interface Item<Context> {
  name: string
  apply(context: Context): Promise<Outcome> | Outcome
}

/** Prepares each; one that can't be prepared fails when it is run. */
export function prepareItems(items: readonly QuickItem[], root: string): Item<QuickContext>[] {
  return items.map(({ name, prepare }) => {
    try {
      return { name, apply: prepare(root) }
    } catch (error) {
      return { name, apply: () => Promise.reject(error) }
    }
  })
}

/** Side by side. Never throws: an item that fails is reported as not done, and the others go on. */
export async function runItems<Context>(
  items: readonly Item<Context>[],
  context: Context,
): Promise<IdentityItem[]> {
  return await Promise.all(items.map((item) => runItem(item, context)))
}

/** As {@link runItems}, one after the other. */
export async function runItemsInOrder<Context>(
  items: readonly Item<Context>[],
  context: Context,
): Promise<IdentityItem[]> {
  const outcomes: IdentityItem[] = []
  for (const item of items) outcomes.push(await runItem(item, context))
  return outcomes
}

/** As {@link runItems}, one alone. */
export async function runItem<Context>(
  { name, apply }: Item<Context>,
  context: Context,
): Promise<IdentityItem> {
  const begin = performance.now()
  const { done, detail } = await outcomeOf(async () => await apply(context))
  return { item: name, done, detail, milliseconds: performance.now() - begin }
}

/**
 * Without its addresses a machine can't be reached, and with those of another it does harm.
 *
 * @throws FailedError `NO_NETWORK_IDENTITY`
 */
export function requireNetwork(items: readonly IdentityItem[]): void {
  const failed = items.find(({ item, done }) => item === network.name && !done)
  if (failed === undefined) return
  throw new FailedError({
    code: 'NO_NETWORK_IDENTITY',
    message: `the machine could not take its own addresses: ${failed.detail}`,
    remedy: 'Correct what the message names, then repeat the call.',
  })
}

async function outcomeOf(apply: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await apply()
  } catch (error) {
    return { done: false, detail: error instanceof Error ? error.message : String(error) }
  }
}
