/** Lets a test file change addresses and mounts, and see only its own processes. */
import { basename } from 'node:path'
import t from 'tap'

const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
const mark = 'CLEAVE_TEST_NAMESPACES'

/** True in the process that {@link runInNamespaces} started. */
export function isInNamespaces(): boolean {
  return process.env[mark] === '1'
}

/** Runs a test file in network and mount namespaces of its own, which end with it, as one test. */
export async function runInNamespaces(file: string): Promise<void> {
  const words = [...namespaces, '--', process.execPath, file]
  await t.spawn('unshare', words, { env: { ...process.env, [mark]: '1' }, timeout: 300_000 }, basename(file))
}
