import t from 'tap'
import { FailedError } from '../../../../proto/errors.ts'
import { CancelledError } from '../../../../sdk/cli/frame/cancelled-error.ts'
import type { Output } from '../../../../sdk/cli/frame/output.ts'
import { waitCancellably } from '../../../../sdk/cli/frame/wait-cancellably.ts'
import { beginOperation } from '../../../../sdk/operation/operation.ts'

function recordingOutput() {
  const notes: string[] = []
  const output: Output = {
    json: false,
    result: () => {},
    round: () => {},
    note: (text) => void notes.push(text),
    warn: () => {},
    fail: () => {},
    progress: undefined,
  }
  return { notes, output }
}

const undone = new FailedError({ code: 'OPERATION_UNDONE', message: 'taken back', remedy: '' })

/** Ends when it is cancelled, and takes a while to take everything back. */
function cancellableWork(taken: { back: boolean }) {
  return async ({ signal }: { signal: AbortSignal }) => {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    await new Promise((resolve) => setTimeout(resolve, 50))
    taken.back = true
    throw undone
  }
}

t.test('signals cancel, and none of them breaks off what is taken back', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const { notes, output } = recordingOutput()
    const taken = { back: false }
    const listeners = process.listenerCount(signal)
    const waiting = waitCancellably(output, 'the split', async () =>
      beginOperation({ id: 'split-1', kind: 'split', run: cancellableWork(taken) }),
    )
    setTimeout(() => process.kill(process.pid, signal), 10)
    setTimeout(() => process.kill(process.pid, signal), 30)
    await t.rejects(waiting, CancelledError)
    t.ok(taken.back)
    t.same(notes, ['cancelling the split', 'still taking back the split'])
    t.equal(process.listenerCount(signal), listeners, 'the signal has its own meaning again')
  }
})

t.test('a signal before the operation has begun cancels it as soon as it has', async (t) => {
  const { output } = recordingOutput()
  const taken = { back: false }
  const waiting = waitCancellably(output, 'the split', async () => {
    process.kill(process.pid, 'SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 50))
    return beginOperation({ id: 'split-1', kind: 'split', run: cancellableWork(taken) })
  })
  await t.rejects(waiting, CancelledError)
  t.ok(taken.back)
})

t.test('too late: the result counts', async (t) => {
  const { notes, output } = recordingOutput()
  const result = await waitCancellably(output, 'the split', async () =>
    beginOperation({
      id: 'split-1',
      kind: 'split',
      run: async () => {
        process.kill(process.pid, 'SIGINT')
        await new Promise((resolve) => setTimeout(resolve, 50))
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
