/** The identity that the machine was given, as it is kept in /var/lib/cleave/identity.json. */
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import type { MachineIdentity } from '../../proto/generated/messages.ts'
import { readDocument } from '../file/document.ts'
import { flush, replaceFile } from '../file/durable.ts'

const schema = z.object({
  version: z.literal(1),
  hostname: z.string(),
  machineId: z.string(),
  network: z
    .object({
      interface: z.string(),
      macAddress: z.string(),
      addresses: z.array(z.string()),
      gateway: z.string(),
    })
    .nullable(),
  /** True once the slow items are done too. */
  settled: z.boolean(),
})

/** No secret is in it. */
export type StoredIdentity = z.infer<typeof schema>

/** Where it is kept. */
export const identityFile = (root: string) => join(root, 'var/lib/cleave/identity.json')

/** What is kept there. */
export const identityText = (identity: StoredIdentity) => `${JSON.stringify(identity, null, 2)}\n`

/** @throws FailedError `BAD_STORED_IDENTITY` when somebody else wrote the file */
export function readIdentity(root: string): StoredIdentity | undefined {
  const path = identityFile(root)
  return readDocument({
    path,
    schema,
    code: 'BAD_STORED_IDENTITY',
    remedy: `Delete ${path}, restart cleave-agent, and let the host establish the identity again.`,
  })
}

/** Answers when it is on the disk. */
export async function storeIdentity(root: string, identity: StoredIdentity): Promise<void> {
  const path = identityFile(root)
  replaceFile(path, identityText(identity))
  await flush([path, dirname(path)])
}

/** True when the machine was given the same before, however often it asks for a machine id to be drawn. */
export function isSameIdentity(
  stored: StoredIdentity,
  { hostname, machineId, network }: MachineIdentity,
): boolean {
  return (
    stored.hostname === hostname &&
    (machineId === '' || stored.machineId === machineId) &&
    isDeepStrictEqual(stored.network, network)
  )
}

export function storedOf({ hostname, machineId, network }: MachineIdentity): StoredIdentity {
  return { version: 1, hostname, machineId, network, settled: false }
}
