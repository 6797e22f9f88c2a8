import fc from 'fast-check'
import t from 'tap'
import {
  decide,
  holdsGroups,
  operationOf,
  type SplitCall,
  withProgress,
  withReleased,
} from '../../../agent/split/state.ts'
import type { SplitMemory, SplitOperation, SplitPhase } from '../../../agent/split/state-schema.ts'

const phases: SplitPhase[] = ['quiesced', 'adopted', 'resuming', 'resumed', 'settled']
/** What the host does: calls of the agent's, and what it tells the adopter. */
type Event = Exclude<SplitCall, 'bequeath'> | 'adopt'
const events: Event[] = ['quiesce', 'release', 'adopt', 'resume', 'settle']
/** What a guest that powers off bequeaths changes nothing that it remembers. */
const after: Record<Exclude<SplitCall, 'release' | 'bequeath'>, SplitPhase> = {
  quiesce: 'quiesced',
  resume: 'resumed',
  settle: 'settled',
}

function at(phase: SplitPhase, operation = 'one'): SplitOperation {
  const answers = { resumeMilliseconds: 0 }
  return { operation, phase, groups: [], children: [], identity: [], answers }
}

/** What a guest does with a call: its next memory, or the code of its refusal. */
function step(memory: SplitMemory, event: Event, operation: string): SplitMemory | string {
  if (event === 'adopt') return withProgress(memory, { child: 'front', items: [], isResumed: false })
  try {
    if (decide(memory, event, operation) === 'answer') return memory
    if (event === 'release') return withReleased(memory, operation, [])
    return { ...memory, current: at(after[event], operation) }
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'no code'
  }
}

const call = fc.tuple(fc.constantFrom(...events), fc.constantFrom('one', 'other'))
const start = fc.oneof(
  fc.constant<SplitMemory>({ released: [] }),
  fc.constantFrom(...phases).map((phase): SplitMemory => ({ current: at(phase), released: [] })),
)

t.test('the way of a child, each call repeated', (t) => {
  let memory: SplitMemory = { released: [] }
  for (const one of ['quiesce', 'adopt', 'resume', 'settle'] as const) {
    for (let time = 0; time < 2; time++) {
      const next = step(memory, one, 'one')
      t.type(next, 'object', one)
      if (typeof next !== 'string') memory = next
    }
    t.equal(memory.current?.phase, one === 'adopt' ? 'adopted' : after[one])
  }
  t.equal(operationOf(memory), '')
  t.end()
})

t.test('the way of a parent that goes on', (t) => {
  const released = step({ current: at('quiesced'), released: [] }, 'release', 'one') as SplitMemory
  t.equal(holdsGroups(released), false)
  t.equal(step(released, 'release', 'one'), released, 'again')
  t.equal(step(released, 'quiesce', 'one'), 'OPERATION_RELEASED', 'a late call freezes nothing')
  t.type(step(released, 'quiesce', 'other'), 'object')
  t.end()
})

t.test('refusals have the code of their case', (t) => {
  const empty: SplitMemory = { released: [] }
  for (const one of ['resume', 'settle'] as const) t.equal(step(empty, one, 'one'), 'NOT_QUIESCED')
  const quiesced: SplitMemory = { current: at('quiesced'), released: [] }
  t.equal(step(quiesced, 'quiesce', 'other'), 'WRONG_OPERATION')
  t.equal(step(quiesced, 'resume', 'one'), 'WRONG_ORDER')
  t.equal(
    step({ current: at('adopted'), released: [] }, 'release', 'one'),
    'WRONG_ORDER',
    'a child is no parent',
  )
  t.end()
})

t.test('whatever comes in whatever order', (t) => {
  fc.assert(
    fc.property(start, fc.array(call, { maxLength: 30 }), (first, sequence) => {
      let memory = first
      for (const [one, operation] of sequence) {
        const next = step(memory, one, operation)
        if (typeof next === 'string') continue
        // Groups that are frozen for one operation are never taken over by another.
        if (holdsGroups(memory) && holdsGroups(next) && operationOf(memory) !== operationOf(next))
          return false
        // Only a release or a resume of the very operation lets groups go.
        if (holdsGroups(memory) && !holdsGroups(next)) {
          if (operation !== operationOf(memory) || (one !== 'release' && one !== 'resume')) return false
        }
        // Nobody goes back.
        if (memory.current?.operation === next.current?.operation) {
          const before = phases.indexOf(memory.current?.phase ?? 'quiesced')
          if (phases.indexOf(next.current?.phase ?? 'quiesced') < before) return false
        }
        // Doing it again is always allowed, and changes nothing.
        if (JSON.stringify(step(next, one, operation)) !== JSON.stringify(next)) return false
        memory = next
      }
      return true
    }),
  )
  t.end()
})

t.test('only so many released operations are kept', (t) => {
  let memory: SplitMemory = { released: [] }
  for (let count = 0; count < 100; count++) memory = withReleased(memory, `split-${count}`, [])
  t.equal(memory.released.length, 32)
  t.equal(memory.released.at(-1)?.operation, 'split-99')
  t.end()
})
