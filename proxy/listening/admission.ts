/** How many clients there may be, in all and from one address. */
import { readFileSync } from 'node:fs'

export interface Admission {
  readonly clients: number
  /** Clients that were turned away. */
  readonly refused: number
  /** @returns what gives the place back; undefined when there is none for it */
  admit(address: string): (() => void) | undefined
}

/** @param limits those of now */
export function createAdmission(limits: () => { connections: number; perClient: number }): Admission {
  const byAddress = new Map<string, number>()
  let clients = 0
  let refused = 0
  return {
    get clients() {
      return clients
    },
    get refused() {
      return refused
    },
    admit: (address) => {
      const { connections, perClient } = limits()
      const own = byAddress.get(address) ?? 0
      if (clients >= connections || own >= perClient) {
        refused++
        return undefined
      }
      clients++
      byAddress.set(address, own + 1)
      let isIn = true
      return () => {
        if (!isIn) return
        isIn = false
        clients--
        const left = (byAddress.get(address) ?? 1) - 1
        if (left === 0) byAddress.delete(address)
        else byAddress.set(address, left)
      }
    },
  }
}

// Node's own, listening sockets, logs and the routing service.
const reserved = 48

/** Clients that the process can open files for: each takes one, and one to its backend. */
export function mostClients(limits = readFileSync('/proc/self/limits', 'utf8')): number {
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? []
  const files = soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
  return Math.max(1, Math.floor((files - reserved) / 2))
}
