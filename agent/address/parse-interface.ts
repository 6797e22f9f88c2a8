/** What `ip -json address show` answers. Pure. */
import * as z from 'zod'
import type { InterfaceState } from './changes.ts'

const answer = z
  .array(
    z.object({
      // ip answers an empty object for each interface that was filtered out.
      ifindex: z.number().default(0),
      flags: z.array(z.string()).default([]),
      address: z.string().default(''),
      addr_info: z
        .array(
          z.object({ local: z.string().optional(), prefixlen: z.number().optional(), scope: z.string() }),
        )
        .default([]),
    }),
  )
  .min(1)

export function parseInterface(name: string, output: string): InterfaceState {
  const entry = answer.parse(JSON.parse(output)).find(({ flags }) => flags.length > 0)
  return {
    name,
    index: entry?.ifindex ?? 0,
    macAddress: entry?.address ?? '',
    isUp: entry?.flags.includes('UP') ?? false,
    addresses: (entry?.addr_info ?? []).flatMap(({ local, prefixlen, scope }) =>
      local === undefined || prefixlen === undefined
        ? []
        : [{ address: `${local}/${prefixlen}`, isLinkLocal: scope === 'link' && local.includes(':') }],
    ),
  }
}
