/** Looks at the machine as it is, and plans what would make it another. Changes nothing. */
import { UnavailableError } from '../../proto/errors.ts'
import type { MachineIdentity, NetworkIdentity } from '../../proto/generated/messages.ts'
import type { InterfaceAim } from '../address/changes.ts'
import { findInterface, lookAtInterface } from '../address/interface.ts'
import type { PlannedItem } from '../adopter/plan.ts'
import type { IdentityAim, PlanItem, QuickItem, View } from './items/item.ts'

/** Plans all items for one identity. */
export type PlanIdentity = (aim: IdentityAim) => PlannedItem[]

export interface LookOptions {
  root: string
  /** Empty for the first Ethernet interface. */
  interfaceName: string
  items: readonly QuickItem[]
}

/** An item that can't be planned is one that is not done; none is required. */
export async function lookAtMachine({ root, interfaceName, items }: LookOptions): Promise<PlanIdentity> {
  const view: View = { root, state: await lookIfPresent(root, interfaceName) }
  const plans = items.map(({ name, look }) => ({ name, plan: lookAtItem(() => look(view)) }))
  return (aim) => plans.map(({ name, plan }) => ({ name, isRequired: false, ...planned(plan, aim) }))
}

/**
 * @param service service addresses that belong to this machine, with prefix length
 * @param remove service addresses that must go, or everything else
 */
export function aimOf(
  identity: MachineIdentity,
  service: readonly string[],
  remove: InterfaceAim['remove'],
): IdentityAim {
  const network: NetworkIdentity | null = identity.network
  return {
    identity,
    addresses: {
      macAddress: network?.macAddress ?? '',
      own: network?.addresses ?? [],
      gateway: network?.gateway ?? '',
      service,
      remove,
    },
  }
}

function lookAtItem(look: () => PlanItem): PlanItem {
  try {
    return look()
  } catch (error) {
    return () => failed(error)
  }
}

function planned(plan: PlanItem, aim: IdentityAim): ReturnType<PlanItem> {
  try {
    return plan(aim)
  } catch (error) {
    return failed(error)
  }
}

function failed(error: unknown): ReturnType<PlanItem> {
  return { done: false, detail: error instanceof Error ? error.message : String(error), actions: [] }
}

async function lookIfPresent(root: string, interfaceName: string) {
  try {
    return await lookAtInterface(findInterface(interfaceName, root))
  } catch (error) {
    if (error instanceof UnavailableError) return undefined
    throw error
  }
}
