/** `npm run bench -- agent`: listing and coupling on this host, the channel in a real machine. */
import { measureAgentChannel } from './agent-channel.ts'
import { measureAgentListing } from './agent-listing.ts'
import type { Row } from './row.ts'

export async function measureAgent(say: (line: string) => void): Promise<Row[]> {
  return [...(await measureAgentListing(say)), ...(await measureAgentChannel(say))]
}
