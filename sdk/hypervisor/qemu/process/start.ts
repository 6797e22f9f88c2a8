/** Starts QEMU as a process that outlives this one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { CleaveError, FailedError, UnansweredError, UnavailableError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import { machineFiles, runtimeFolder } from '../machine-files.ts'
import { connectQmp, type QmpClient } from '../qmp/client.ts'
import { lastWords } from './log.ts'

/** From the start to the monitor's greeting: on a host where others want the processors, too. */
const startMs = 20_000
const lookMs = 5

/** What QEMU knows a file as that it inherits. */
export const inheritedDescriptor = 3

/**
 * Starts QEMU in a session of its own, its words in the machine's log, and waits until its monitor answers. When
 * it throws, no process is left.
 *
 * @param inherited a file that it has as {@link inheritedDescriptor}
 * @throws UnavailableError `PROGRAM_MISSING`
 * @throws FailedError `QEMU_ENDED` with what QEMU said
 * @throws UnansweredError `QEMU_SILENT`
 */
export async function startQemu(
  machine: MachineRecord,
  qemuArguments: readonly string[],
  inherited?: number,
): Promise<QmpClient> {
  const files = machineFiles(machine)
  await using log = await open(files.log, 'w', 0o600)
  const qemu = spawn('qemu-system-x86_64', ['-pidfile', files.process, ...qemuArguments], {
    cwd: runtimeFolder(machine),
    detached: true,
    stdio: ['ignore', log.fd, log.fd, ...(inherited === undefined ? [] : [inherited])],
  })
  try {
    await once(qemu, 'spawn')
  } catch (error) {
    throw new UnavailableError({
      code: 'PROGRAM_MISSING',
      message: `qemu-system-x86_64 can't be started: ${error instanceof Error ? error.message : error}`,
      remedy: 'Install it: apt-get install qemu-system-x86',
      cause: error,
    })
  }
  qemu.unref()
  const deadline = performance.now() + startMs
  const hasExited = () => qemu.exitCode !== null || qemu.signalCode !== null
  for (;;) {
    try {
      return await connectQmp({ path: files.monitor, peer: `QEMU of ${machine.name}`, timeoutMs: startMs })
    } catch (error) {
      if (hasExited()) throw await qemuEnded(machine, error)
      if (!isNotYetThere(error) || performance.now() > deadline) {
        qemu.kill('SIGKILL')
        throw qemuSilent(machine, error)
      }
    }
    await delay(lookMs)
  }
}

/** The socket is not there yet, or there and nobody listens yet, or its process has just ended. */
function isNotYetThere(error: unknown): boolean {
  return error instanceof CleaveError && error.code === 'QMP_CLOSED'
}

async function qemuEnded(machine: MachineRecord, cause: unknown): Promise<FailedError> {
  const { log } = machineFiles(machine)
  const said = await lastWords(machine)
  return new FailedError({
    code: 'QEMU_ENDED',
    message: `QEMU of ${machine.name} ended at once: ${said === '' ? 'without a word' : said}`,
    remedy: `Its log is ${log}.`,
    cause,
  })
}

function qemuSilent(machine: MachineRecord, cause: unknown): UnansweredError {
  return new UnansweredError({
    code: 'QEMU_SILENT',
    message: `QEMU of ${machine.name} did not answer within ${startMs} ms of its start, and was ended`,
    remedy: `The host may be overloaded. Its log is ${machineFiles(machine).log}.`,
    cause,
  })
}
