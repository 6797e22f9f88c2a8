/** What a test run consists of. */
import { isolated } from '../make/isolated.ts'

/** One program of a run. */
export interface Stage {
  name: string
  command: readonly [string, ...string[]]
  /** What it reads; nothing when left out. */
  input?: string
  /** Seconds until it is ended and counts as failed. */
  timeout: number
  /** `status`: it passes or fails as a whole. `tap`: it prints the Test Anything Protocol, and each assertion counts. */
  result: 'status' | 'tap'
}

export interface StageOptions {
  /** Paths of all test files, from the top of the checkout. */
  files: readonly string[]
  /** Leaves out what boots machines or builds. */
  fast: boolean
  /**
   * What the paths of test files to run begin with; empty for all. The checks of the whole tree are left out when
   * there are any.
   */
  only: readonly string[]
  /** With the long forms of tests, which take their time. @default false */
  long?: boolean
}

const checks: readonly Stage[] = [
  {
    name: 'lint and format',
    command: ['biome', 'check', '--error-on-warnings', '.'],
    timeout: 120,
    result: 'status',
  },
  { name: 'types', command: ['tsc'], timeout: 300, result: 'status' },
]

/** Made ahead of the tests on machines: those have no network but their own. */
const images: Stage = {
  name: 'guest images',
  command: ['node', 'packaging/test-run/build-images.ts'],
  timeout: 900,
  result: 'status',
}

/** Tests that build packages and images, which takes longer than all others together. */
const building = ['test/packaging/', 'test/agent/bundle.test.ts', 'test/agent/main.test.ts']

const tap = ['tap', '--disable-coverage', '--reporter=tap', '--no-color'] as const

/** In the order in which they run: what fails soonest comes first. */
export function stages({ files, fast, only, long = false }: StageOptions): Stage[] {
  const chosen = files.filter((file) => only.length === 0 || only.some((start) => file.startsWith(start)))
  const onMachines = chosen.filter((file) => file.startsWith('test/e2e/'))
  const others = chosen.filter((file) => !onMachines.includes(file))
  const list: Stage[] = only.length === 0 ? [...checks] : []
  if (fast) list.push(...together(others.filter((file) => !building.some((start) => file.startsWith(start)))))
  else if (others.length > 0) {
    list.push({
      name: 'tests',
      command: [...tap, '--jobs=2', '--timeout=60', ...others],
      timeout: 1200,
      result: 'tap',
    })
  }
  if (onMachines.length > 0 && !fast) {
    const serial = [...tap, '--jobs=1', `--timeout=${long ? 3000 : 480}`, ...onMachines]
    list.push(images, {
      name: 'tests on machines',
      command: [...isolated, ...serial],
      timeout: long ? 10_800 : 4800,
      result: 'tap',
    })
  }
  return list
}

function together(files: readonly string[]): Stage[] {
  if (files.length === 0) return []
  const command = ['node', 'packaging/test-run/together.ts'] as const
  return [{ name: 'tests', command, input: files.join('\n'), timeout: 540, result: 'tap' }]
}
