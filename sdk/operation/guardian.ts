/**
 * A process that outlives the one that carries out an operation. When that one ends in mid-operation, killed or
 * crashed, groups may be frozen and a parent stopped: the guardian recovers them at once, rather than whoever
 * opens Cleave next.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Settings } from '../settings.ts'

/** Watches until it is dismissed or the process ends, which it never keeps from ending. */
export interface Guardian {
  /** The operation left nothing to recover. */
  dismiss(): void
}

/** Starts a guardian over one operation of this process. */
export function startGuardian(settings: Settings, operation: string): Guardian {
  // Itself when run from its sources, its compiled form when installed.
  const program = fileURLToPath(import.meta.url).replace(/guardian\.(ts|js)$/, 'guardian-main.$1')
  const guardian = spawn(process.execPath, [program, JSON.stringify(settings), operation], {
    // Its standard input ends when this process does, in whichever way.
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  // Without a guardian the operation is as good as before: the next one who opens Cleave recovers it.
  guardian.on('error', () => {})
  guardian.stdin.on('error', () => {})
  guardian.unref()
  return {
    dismiss: () => void guardian.stdin.end('dismissed'),
  }
}
