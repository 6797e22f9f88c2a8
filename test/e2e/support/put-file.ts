import { readFile } from 'node:fs/promises'
import type { GuestShell } from './guest-shell.ts'

// A terminal takes some thousand characters in a line.
const longestLine = 2000

/** Brings a file of this host into a guest by its console. */
export async function putFile(shell: GuestShell, options: { from: string; to: string }): Promise<void> {
  const { from, to } = options
  const encoded = (await readFile(from)).toString('base64')
  await shell.run(`: > ${to}.base64`)
  for (let start = 0; start < encoded.length; start += longestLine)
    await shell.run(`printf %s ${encoded.slice(start, start + longestLine)} >> ${to}.base64`)
  await shell.run(`base64 -d ${to}.base64 > ${to}`)
}
