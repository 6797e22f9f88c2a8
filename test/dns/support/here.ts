import type { Test } from 'tap'
import { readConfig } from '../../../dns/config.ts'
import { startDnsServer } from '../../../dns/server.ts'
import { writeSettings } from './program.ts'

/** Runs the server in this process, which is quicker, and ends it with the test. */
export async function serveHere(t: Test, more: object = {}, folder?: string) {
  const written = await writeSettings(t, more, folder)
  const { value, problems } = await readConfig(written.configFile)
  if (value === undefined) throw new Error(JSON.stringify(problems))
  const server = await startDnsServer(value, () => {})
  t.teardown(server.close)
  return { ...written, close: server.close }
}
