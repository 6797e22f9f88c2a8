/** What a test run consists of. */
import { isolated } from '../make/isolated.ts'

/** One program of a run. */
export interface Stage {
  name: string
  command: readonly [string, ...string[]]
  /** Seconds until it is ended and counts as failed. */
  timeout: number
  /** `status`: it passes or fails as a whole. `tap`: it prints the Test Anything Protocol, and each assertion counts. */
  result: 'status' | 'tap'
  /** Runs at the same time as the stage before it. */
  isBeside?: boolean
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
  timeout: 600,
  result: 'status',
}

/** Tests that build packages and images, which takes longer than all others together. */
const building = ['test/packaging/', 'test/agent/bundle.test.ts', 'test/agent/main.test.ts']

const tap = ['tap', '--disable-coverage', '--reporter=tap', '--no-color'] as const

/** In the order in which they run: what fails soonest comes first. */
export function stages({ files, fast, only }: StageOptions): Stage[] {
  const chosen = files.filter((file) => only.length === 0 || only.some((start) => file.startsWith(start)))
  const onMachines = chosen.filter((file) => file.startsWith('test/e2e/'))
  const others = chosen.filter((file) => !onMachines.includes(file))
  const quick = fast ? others.filter((file) => !building.some((start) => file.startsWith(start))) : others
  const list: Stage[] = only.length === 0 ? [...checks] : []
  if (quick.length > 0) {
    list.push({ name: 'tests', command: [...tap, '--timeout=60', ...quick], timeout: 600, result: 'tap' })
  }
  if (onMachines.length > 0 && !fast) {
    list.push(images)
    for (const [index, files] of inLanes(onMachines).entries()) {
      list.push({
        name: `tests on machines, ${index + 1}`,
        command: [...isolated, ...tap, '--jobs=1', '--timeout=300', ...files],
        timeout: 1200,
        result: 'tap',
        isBeside: index > 0,
      })
    }
  }
  return list
}

/** Each lane has a network of its own. An emulated machine mostly keeps one processor busy, and two are usual. */
const lanes = 2

function inLanes(files: readonly string[]): string[][] {
  const dealt = Array.from({ length: lanes }, (_, lane) => files.filter((_, index) => index % lanes === lane))
  return dealt.filter((lane) => lane.length > 0)
}
