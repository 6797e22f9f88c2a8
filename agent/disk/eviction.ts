/** Ends those who hold disks: first in an orderly way, then for sure. */
import { setTimeout as delay } from 'node:timers/promises'
import { RefusedError } from '../../proto/errors.ts'
import type { DiskHolder, Process } from '../../proto/generated/messages.ts'
import { signalProcess } from '../group/control/process-status.ts'
import { isProtected, lineage } from '../group/control/protection.ts'
import { printable } from '../group/coupling/printable.ts'

/** Tells who runs, and who is infrastructure. */
export type ListProcesses = () => Promise<readonly Process[]>

export interface Eviction {
  /** True when there is no time left. */
  isOver(): boolean
  /**
   * Signals the processes among the holders, and gives them a moment.
   *
   * @throws RefusedError `PROTECTED` when the guest can't do without one of them: none was signalled
   */
  end(holders: readonly DiskHolder[]): Promise<void>
}

const killMs = 5000
const momentMs = 50

/** @param options.graceMs from SIGTERM to SIGKILL */
export function createEviction(options: { graceMs: number; listProcesses: ListProcesses }): Eviction {
  const begin = performance.now()
  const asked = new Set<string>()
  const elapsed = () => performance.now() - begin
  return {
    isOver: () => elapsed() > options.graceMs + killMs,
    async end(holders) {
      checkUnprotected(holders, await options.listProcesses())
      const isKilling = elapsed() >= options.graceMs
      for (const { id } of holders) {
        const key = `${id?.pid} ${id?.startTicks}`
        if (id === null || (!isKilling && asked.has(key))) continue
        signalProcess(id, isKilling ? 'SIGKILL' : 'SIGTERM')
        asked.add(key)
      }
      await delay(momentMs)
    },
  }
}

function checkUnprotected(holders: readonly DiskHolder[], everybody: readonly Process[]): void {
  const agents = lineage(process.pid, everybody)
  const pids = new Set(holders.map(({ id }) => id?.pid))
  const kept = everybody.find((one) => pids.has(one.id?.pid) && isProtected(one, agents))
  if (kept === undefined) return
  const holder = holders.find(({ id }) => id?.pid === kept.id?.pid)
  throw new RefusedError({
    code: 'PROTECTED',
    message: `${printable(kept.name)} (pid ${kept.id?.pid}) has ${printable(holder?.path ?? '')}, and the guest or its agent cannot do without it`,
    remedy: 'Let it let go of the disk in the guest, then repeat the call.',
  })
}
