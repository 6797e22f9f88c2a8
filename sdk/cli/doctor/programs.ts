/** The programs of the host that machines need. */
import { CleaveError } from '../../../proto/errors.ts'
import { runProgram } from '../../hypervisor/qemu/program.ts'
import type { Check } from './check.ts'

interface NeededProgram {
  name: string
  command: string
  package: string
  versionOption: string
  /** The oldest version that was tried. */
  tried?: string
  /** Machines with user networking do without it. */
  forBridge?: boolean
}

const needed: readonly NeededProgram[] = [
  {
    name: 'qemu',
    command: 'qemu-system-x86_64',
    package: 'qemu-system-x86',
    versionOption: '--version',
    tried: '7.2',
  },
  { name: 'qemu-img', command: 'qemu-img', package: 'qemu-utils', versionOption: '--version', tried: '7.2' },
  { name: 'ip', command: 'ip', package: 'iproute2', versionOption: '-Version', forBridge: true },
  // It asks who has service addresses.
  { name: 'perl', command: 'perl', package: 'perl-base', versionOption: '-v', forBridge: true },
]

/** @param options.bridge whether machines can be on one */
export async function checkPrograms(options: { bridge: boolean }): Promise<Check[]> {
  return await Promise.all(needed.map((program) => checkProgram(program, options)))
}

async function checkProgram(program: NeededProgram, { bridge }: { bridge: boolean }): Promise<Check> {
  try {
    const output = await runProgram({ ...program, arguments: [program.versionOption] })
    return judgeVersion(program, output)
  } catch (error) {
    if (!(error instanceof CleaveError)) throw error
    const state = program.forBridge && !bridge ? 'warning' : 'missing'
    return { name: program.name, state, detail: error.message, remedy: error.remedy }
  }
}

/** Pure. */
export function judgeVersion(program: Pick<NeededProgram, 'name' | 'tried'>, output: string): Check {
  const version = /\d+(\.\d+)+/.exec(output)?.[0] ?? 'of an unknown version'
  const { name, tried } = program
  if (tried !== undefined && !isAtLeast(version, tried)) {
    return {
      name,
      state: 'warning',
      detail: version,
      remedy: `Older than what was tried: take ${tried} or later.`,
    }
  }
  return { name, state: 'ok', detail: version, remedy: '' }
}

function isAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}
