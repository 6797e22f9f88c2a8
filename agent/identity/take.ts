/** Gives this machine, which runs, an identity. */
import type { IdentityItem } from '../../proto/generated/messages.ts'
import { doItems } from './do-items.ts'
import type { IdentityAim, QuickItem } from './items/item.ts'
import { network } from './items/network.ts'
import { lookAtMachine } from './look.ts'

export interface TakeOptions {
  root: string
  items: readonly QuickItem[]
  aim: IdentityAim
  entropy: Uint8Array
}

/** An item that fails is reported as not done, and the others go on. */
export async function takeIdentity(options: TakeOptions): Promise<IdentityItem[]> {
  const items = await lookAndDo(options)
  const isNetworkDone = items.every(({ item, done }) => done || item !== network.name)
  if (isNetworkDone || !options.items.includes(network)) return items
  // Somebody else may have changed the interface since it was looked at: look again, once.
  const [again] = await lookAndDo({ ...options, items: [network] })
  return items.map((item) => (item.item === again?.item ? again : item))
}

async function lookAndDo({ root, items, aim, ...given }: TakeOptions): Promise<IdentityItem[]> {
  const interfaceName = aim.identity.network?.interface ?? ''
  const plan = await lookAtMachine({ root, interfaceName, items })
  return await doItems({ root, items: plan(aim), ...given })
}
