import t, { type Test } from 'tap'
import { FailedError } from '../../../../proto/errors.ts'
import { CancelledError } from '../../../../sdk/cli/frame/cancelled-error.ts'
import type { Output } from '../../../../sdk/cli/frame/output.ts'
import { waitCancellably } from '../../../../sdk/cli/frame/wait-cancellably.ts'
import { beginOperation } from '../../../../sdk/operation/operation.ts'

/** @param onNote gets how many notes there are. A signal is only safe to send while somebody waits for it. */
function recordingOutput(onNote: (count: number) => void = () => {}) {
  const notes: string[] = []
  const output: Output = {
    json: false,
    result: () => {},
    round: () => {},
    note: (text) => onNote(notes.push(text)),
    warn: () => {},
    fail: () => {},
    progress: undefined,
  }
  return { notes, output }
}

/** A signal that is on its way keeps no process from ending. */
function stayAwake(t: Test): void {
  const timer = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(timer))
}

const undone = new FailedError({ code: 'OPERATION_UNDONE', message: 'taken back', remedy: '' })

/** Ends when it is cancelled, and takes everything back until it is told to end. */
function cancellableWork(taken: { back: boolean }, end: Promise<void> = Promise.resolve()) {
  return async ({ signal }: { signal: AbortSignal }) => {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    await end
    taken.back = true
    throw undone
  }
}

t.test('signals cancel, and none of them breaks off what is taken back', async (t) => {
  stayAwake(t)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const { promise: askedTwice, resolve } = Promise.withResolvers<void>()
    const { notes, output } = recordingOutput((count) => {
      if (count === 1) process.kill(process.pid, signal)
      else resolve()
    })
    const taken = { back: false }
    const listeners = process.listenerCount(signal)
    const waiting = waitCancellably(output, 'the split', async () =>
      beginOperation({ id: 'split-1', kind: 'split', run: cancellableWork(taken, askedTwice) }),
    )
    process.kill(process.pid, signal)
    await t.rejects(waiting, CancelledError)
    t.ok(taken.back)
    t.same(notes, ['cancelling the split', 'still taking back the split'])
    t.equal(process.listenerCount(signal), listeners, 'the signal has its own meaning again')
  }
})

t.test('a signal before the operation has begun cancels it as soon as it has', async (t) => {
  stayAwake(t)
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  const { output } = recordingOutput(() => resolve())
  const taken = { back: false }
  const waiting = waitCancellably(output, 'the split', async () => {
    process.kill(process.pid, 'SIGINT')
    await asked
    return beginOperation({ id: 'split-1', kind: 'split', run: cancellableWork(taken) })
  })
  await t.rejects(waiting, CancelledError)
  t.ok(taken.back)
})

t.test('too late: the result counts', async (t) => {
  stayAwake(t)
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  const { notes, output } = recordingOutput(() => resolve())
  const result = await waitCancellably(output, 'the split', async () =>
    beginOperation({
      id: 'split-1',
      kind: 'split',
      run: async () => {
        process.kill(process.pid, 'SIGINT')
        await asked
        return 'done'
      },
    }),
  )
  t.equal(result, 'done')
  t.match(notes.at(-1), /too late/)
})

t.test('a failure that nobody asked for stays what it is', async (t) => {
  const { output } = recordingOutput()
  const waiting = waitCancellably(output, 'the split', async () =>
    beginOperation({ id: 'split-1', kind: 'split', run: () => Promise.reject(undone) }),
  )
  await t.rejects(waiting, undone)
})
