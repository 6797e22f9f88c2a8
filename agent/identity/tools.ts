/** What a quick change of identity works with, got ready before it is needed. */
import { join } from 'node:path'
import { UnavailableError } from '../../proto/errors.ts'
import type { InterfaceState } from '../address/batch.ts'
import { findInterface, lookAtInterface } from '../address/interface.ts'
import { type IpProcess, startIp } from '../address/ip-process.ts'
import { setUpInterface } from './address-work.ts'
import type { QuickContext, QuickItem } from './items/item.ts'
import { type Item, prepareItems } from './run-items.ts'
import { type SystemCalls, startSystemCalls } from './system-calls.ts'

export interface Tools {
  items: readonly Item<QuickContext>[]
  /** The interface as it is now; undefined when the guest has none. */
  state: InterfaceState | undefined
  ip: IpProcess
  calls: SystemCalls
  /** Ends what was started. */
  close(): Promise<void>
}

export interface ToolsOptions {
  root: string
  /** Empty for the first Ethernet interface. */
  interfaceName: string
  items: readonly QuickItem[]
}

export async function startTools({ root, interfaceName, items }: ToolsOptions): Promise<Tools> {
  const ip = startIp()
  const calls = startSystemCalls(join(root, 'dev/urandom'))
  const close = async () => {
    await Promise.all([ip.close(), calls.close()])
  }
  try {
    const state = await lookIfPresent(root, interfaceName)
    if (state !== undefined) setUpInterface(root, state.name)
    // Without perl some items are reported as not done, each with this reason.
    await calls.awaitReady().catch(() => undefined)
    return { items: prepareItems(items, root), state, ip, calls, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function lookIfPresent(root: string, interfaceName: string): Promise<InterfaceState | undefined> {
  try {
    return await lookAtInterface(findInterface(interfaceName, root))
  } catch (error) {
    if (error instanceof UnavailableError) return undefined
    throw error
  }
}
