/** Where a split is on its way through this guest, and what may come next. Pure. */
import { RefusedError } from '../../proto/errors.ts'
import type { Progress } from '../adopter/progress.ts'
import type { SplitMemory, SplitPhase } from './state-schema.ts'

export type SplitCall = 'quiesce' | 'release' | 'resume' | 'settle' | 'bequeath'

/** `do` its work, whole or what is left of it; or `answer` as before, because it is done. */
export type Decision = 'do' | 'answer'

/** Phases in which every group is held by the split. */
const holding: readonly SplitPhase[] = ['quiesced', 'adopted', 'resuming']

const decisions: Record<SplitCall, Partial<Record<SplitPhase, Decision>>> = {
  // The guest may have changed since: it is looked at anew.
  quiesce: { quiesced: 'do' },
  release: { quiesced: 'do' },
  resume: { adopted: 'do', resuming: 'do', resumed: 'answer', settled: 'answer' },
  settle: { resumed: 'do', settled: 'answer' },
  bequeath: {},
}

/** True while calls on single groups must wait. */
export function holdsGroups(memory: SplitMemory): boolean {
  return memory.current !== undefined && holding.includes(memory.current.phase)
}

/** The operation under way, from its first call to its last. */
export function operationOf(memory: SplitMemory): string {
  return memory.current === undefined || memory.current.phase === 'settled' ? '' : memory.current.operation
}

/** Throws a `RefusedError` as `GuestSplit` says when the call may not come now. */
export function decide(memory: SplitMemory, call: SplitCall, operation: string): Decision {
  const { current } = memory
  if (memory.released.some((one) => one.operation === operation)) {
    if (call === 'release') return 'answer'
    throw refused('OPERATION_RELEASED', `split ${operation} was taken back`, 'Begin a new split.')
  }
  if (current?.operation === operation) {
    const decision = decisions[call][current.phase]
    if (decision !== undefined) return decision
    throw refused(
      'WRONG_ORDER',
      `split ${operation} is ${current.phase} in this guest, so that ${call} can't come now`,
      'Ask the agent which operation is under way, and recover it.',
    )
  }
  if (current !== undefined && holdsGroups(memory)) {
    throw refused(
      'WRONG_OPERATION',
      `split ${current.operation} is under way in this guest, not ${operation}`,
      `Finish or take back split ${current.operation} first.`,
    )
  }
  const begins = call === 'quiesce' || call === 'bequeath'
  if (begins && current?.phase === 'resumed') {
    throw refused(
      'NOT_SETTLED',
      `split ${current.operation} has not settled in this guest yet`,
      'Run `cleave operations recover` to finish it first.',
    )
  }
  if (begins || call === 'release') return 'do'
  throw refused(
    'NOT_QUIESCED',
    `split ${operation} froze nothing in this guest`,
    'Quiesce the parent before it is copied.',
  )
}

function refused(code: string, message: string, remedy: string): RefusedError {
  return new RefusedError({ code, message, remedy })
}

// A late call of an operation that was taken back must still be known as such.
const mostReleased = 32

/** Takes in what the adopter did: this copy of the guest is a child since. */
export function withProgress(memory: SplitMemory, { child, items, isResumed }: Progress): SplitMemory {
  const { current } = memory
  if (current === undefined || (current.phase !== 'quiesced' && current.phase !== 'adopted')) return memory
  const phase = isResumed ? 'resumed' : 'adopted'
  return { ...memory, current: { ...current, phase, child, identity: items } }
}

/** Forgets the operation if it is under way, and remembers that it was taken back. */
export function withReleased(memory: SplitMemory, operation: string, groups: string[]): SplitMemory {
  const others = memory.released.filter((one) => one.operation !== operation)
  const released = [...others, { operation, groups }].slice(-mostReleased)
  if (memory.current === undefined || memory.current.operation === operation) return { released }
  return { current: memory.current, released }
}
