/** What a quick change of identity works with, got ready before it is needed. */
import { join } from 'node:path'
import { UnavailableError } from '../../proto/errors.ts'
import type { InterfaceState } from '../address/batch.ts'
import { findInterface, lookAtInterface } from '../address/interface.ts'
import { type IpProcess, startIp } from '../address/ip-process.ts'
import { type SystemCalls, startSystemCalls } from './system-calls.ts'

export interface Tools {
  /** The interface as it is now; undefined when the guest has none. */
  state: InterfaceState | undefined
  ip: IpProcess
  calls: SystemCalls
  /** Ends what was started. */
  close(): Promise<void>
}

/** @param interfaceName empty for the first Ethernet interface */
export async function startTools(root: string, interfaceName: string): Promise<Tools> {
  const ip = startIp()
  const calls = startSystemCalls(join(root, 'dev/urandom'))
  const close = async () => {
    await Promise.all([ip.close(), calls.close()])
  }
  try {
    const state = await lookIfPresent(root, interfaceName)
    // Without perl some items are reported as not done, each with this reason.
    await calls.awaitReady().catch(() => undefined)
    return { state, ip, calls, close }
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
