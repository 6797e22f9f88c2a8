import { FailedError, UnansweredError } from '../../../../proto/errors.ts'

const seeLog = 'See qemu.log in the folder of the machine.'

/** QEMU refused a command: `QMP_` and its error class, such as `QMP_GENERICERROR`. */
export function refused(peer: string, command: string, errorClass: string, description: string): FailedError {
  return new FailedError({
    code: `QMP_${errorClass.toUpperCase()}`,
    message: `${peer} refused ${command}: ${description}`,
    remedy: seeLog,
  })
}

/** Nothing came within the bound. */
export function silent(peer: string, what: string, timeoutMs: number): UnansweredError {
  return new UnansweredError({
    code: 'QMP_TIMEOUT',
    message: `${peer} gave no ${what} within ${timeoutMs} ms`,
    remedy: `The machine may hang or its host be overloaded. ${seeLog}`,
  })
}

/** The monitor's connection ended. */
export function closed(peer: string, cause?: unknown): UnansweredError {
  return new UnansweredError({
    code: 'QMP_CLOSED',
    message: `the monitor of ${peer} was closed`,
    remedy: `The machine's process has most likely ended. ${seeLog}`,
    cause,
  })
}

/** What came is not QMP. */
export function malformed(peer: string, cause: unknown): FailedError {
  return new FailedError({
    code: 'QMP_MALFORMED',
    message: `the monitor of ${peer} sent what is not QMP: ${cause instanceof Error ? cause.message : cause}`,
    remedy: `Check that the socket belongs to QEMU. ${seeLog}`,
    cause,
  })
}
