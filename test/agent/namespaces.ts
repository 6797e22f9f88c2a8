/** Lets a test file change addresses and mounts, and see only its own processes. */
import { execa } from 'execa'

const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
const mark = 'CLEAVE_TEST_NAMESPACES'

/** True in the process that {@link runInNamespaces} started. */
export function isInNamespaces(): boolean {
  return process.env[mark] === '1'
}

/** Runs a test file in network and mount namespaces of its own, which end with it. Its output is this process's. */
export async function runInNamespaces(file: string): Promise<void> {
  const { exitCode } = await execa('unshare', [...namespaces, '--', process.execPath, file], {
    env: { [mark]: '1' },
    stdio: 'inherit',
    reject: false,
    timeout: 300_000,
  })
  process.exitCode = exitCode ?? 1
}
