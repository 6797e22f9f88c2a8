/** Processes on systems without /proc. Fields that ps does not tell are empty, and so is what a process holds. */
import { totalmem } from 'node:os'
import psList, { type ProcessDescriptor } from 'ps-list'
import { UnavailableError } from '../../proto/errors.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { longestCommandLine } from './command-line.ts'
import type { ObservedProcess, ProcessSource } from './source.ts'
import { ticksPerSecond } from './stat.ts'

export function createPortableSource(options: { accountsFile: string }): ProcessSource {
  const accounts = createAccounts(options.accountsFile)
  return {
    seesHoldings: false,
    async list() {
      accounts.refresh()
      try {
        const described = await psList()
        const processes = described.sort((a, b) => a.pid - b.pid).map((one) => observe(one, accounts))
        return { processes, denied: [] }
      } catch (cause) {
        throw new UnavailableError({
          code: 'PROCESSES_UNREADABLE',
          message: 'the processes of this system could not be listed',
          remedy: 'Check that ps works for the user that the agent runs as.',
          cause,
        })
      }
    },
  }
}

function observe(described: ProcessDescriptor, accounts: Accounts): ObservedProcess {
  const { pid, ppid, name, cmd = '', uid = 0, cpu = 0, memory = 0, startTime } = described
  // Ticks since 1970, not since the boot, which these systems do not tell to the tick. It still tells apart two
  // processes that have the same pid.
  const startTicks = ((startTime?.getTime() ?? 0) * ticksPerSecond) / 1000
  return {
    process: {
      id: { pid, startTicks },
      parentPid: ppid,
      sessionId: 0,
      userId: uid,
      user: accounts.nameOf(uid),
      unit: '',
      cgroup: '',
      name,
      arguments: cmd === '' ? [] : [cmd.slice(0, longestCommandLine)],
      cpuCores: cpu / 100,
      memoryBytes: Math.round((memory / 100) * totalmem()),
      replicated: false,
      group: '',
    },
    userUnit: '',
    tracerPid: 0,
    holdings: undefined,
  }
}
