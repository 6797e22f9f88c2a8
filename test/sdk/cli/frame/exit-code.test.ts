import t from 'tap'
import * as errors from '../../../../proto/errors.ts'
import { CancelledError } from '../../../../sdk/cli/frame/cancelled-error.ts'
import { exitCodeOf } from '../../../../sdk/cli/frame/exit-code.ts'

const details = { code: 'SOME_CODE', message: 'm', remedy: 'r' }

t.test('each class of errors has an exit code of its own', async (t) => {
  t.equal(exitCodeOf(new errors.FailedError(details)), 1)
  t.equal(exitCodeOf(new errors.InvalidRequestError(details)), 2)
  t.equal(exitCodeOf(new errors.NotFoundError(details)), 3)
  t.equal(exitCodeOf(new errors.RefusedError(details)), 4)
  t.equal(exitCodeOf(new errors.BusyError(details)), 5)
  t.equal(exitCodeOf(new errors.UnavailableError(details)), 6)
  t.equal(exitCodeOf(new errors.UnansweredError(details)), 7)
  t.equal(exitCodeOf(new errors.FailedError({ ...details, code: 'OPERATION_UNDONE' })), 8)
  t.equal(exitCodeOf(new CancelledError('the split')), 130)
  t.equal(exitCodeOf(new Error('anything')), 1)
  t.equal(exitCodeOf(undefined), 1)
})
