/** A new identity for a machine. */
import { randomBytes } from 'node:crypto'
import type { MachineIdentityInput } from '../../proto/generated/messages.ts'
import type { MachineRecord } from '../store/records.ts'

/** The machine id is drawn on the host: a guest's own generator may be a copy of another's. */
export function identityOf(machine: MachineRecord): MachineIdentityInput {
  return {
    hostname: machine.name,
    machineId: randomBytes(16).toString('hex'),
    network: {
      macAddress: machine.macAddress,
      addresses: [machine.address],
      gateway: machine.gateway,
    },
  }
}

/** What the random generator of one machine is told, and of no other. */
export function drawEntropy(): Buffer {
  return randomBytes(64)
}

/** Microseconds since 1970. */
export function wallClockMicroseconds(): number {
  return Date.now() * 1000
}
