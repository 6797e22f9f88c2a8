/** The keys that are registered with a SCSI disk, by sg_persist(8). They are in its target: all machines see the same. */
import { FailedError, UnavailableError } from '../../proto/errors.ts'
import { lastWords } from './file-system-check.ts'
import { type ProgramResult, runProgram } from './run-program.ts'

const persistMs = 15_000
// What has just come tells this first of itself, once for each thing that happened to it.
const unitAttention = 6
const mostTries = 4
const illegalRequest = 5
const invalidOperation = 9

/**
 * Devices are given by their paths, keys in hexadecimal digits without leading zeros.
 *
 * @throws UnavailableError `NO_PROGRAM`, `NO_REGISTRATIONS` when the disk keeps none
 * @throws FailedError `REGISTRATION_FAILED`
 * @throws UnansweredError `PROGRAM_STUCK`
 */
export interface Registrations {
  /** Those of all machines; one that has several sessions may have as many. */
  read(device: string): Promise<string[]>
  /** For this machine's session alone, in place of what was registered for it before. */
  register(device: string, key: string): Promise<void>
  /** Of this machine's session alone. */
  unregister(device: string): Promise<void>
  /** Takes off all keys, of whichever machine and session. The key has to be this session's. */
  clear(device: string, key: string): Promise<void>
}

const registering = (key: string) => ['--out', '--register-ignore', `--param-sark=0x${key}`]

export const registrations: Registrations = {
  read: async (device) => parseKeys(await persist(device, ['--in', '--readonly', '--read-keys'])),
  async register(device, key) {
    await persist(device, registering(key))
  },
  async unregister(device) {
    await persist(device, registering('0'))
  },
  async clear(device, key) {
    await persist(device, ['--out', '--clear', `--param-rk=0x${key}`])
  },
}

/** What `sg_persist --in --read-keys` writes: each key on a line of its own. Pure. */
export function parseKeys(output: string): string[] {
  return output.split('\n').flatMap((line) => {
    const [, digits] = /^\s*0x0*([0-9a-f]{1,16})\s*$/i.exec(line) ?? []
    return digits === undefined ? [] : [digits.toLowerCase()]
  })
}

async function persist(device: string, words: readonly string[]): Promise<string> {
  let result: ProgramResult | undefined
  for (let tries = 0; tries < mostTries; tries++) {
    result = await runProgram('sg_persist', ['--no-inquiry', ...words, device], {
      timeoutMs: persistMs,
      from: 'sg3-utils',
    })
    if (result.exitCode === 0) return result.output
    if (result.exitCode !== unitAttention) break
  }
  const { exitCode = -1, output = '' } = result ?? {}
  if (exitCode === illegalRequest || exitCode === invalidOperation) {
    throw new UnavailableError({
      code: 'NO_REGISTRATIONS',
      message: `${device} keeps no keys of machines: ${lastWords(output)}`,
      remedy: 'Use a target that has SCSI persistent reservations.',
    })
  }
  throw new FailedError({
    code: 'REGISTRATION_FAILED',
    message: `the keys that are registered with ${device} could not be read or changed: ${lastWords(output)}`,
    remedy: `See sg_persist --in --read-keys ${device} and dmesg in the guest, then repeat the call.`,
  })
}
