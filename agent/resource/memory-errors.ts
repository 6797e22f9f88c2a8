import { FailedError, InvalidRequestError, RefusedError, UnavailableError } from '../../proto/errors.ts'

const mebibyte = 1024 * 1024

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / mebibyte)} MiB`
}

export function badSize(bytes: number, block: number): InvalidRequestError {
  return new InvalidRequestError({
    code: 'BAD_RESOURCES',
    message: `${bytes} bytes are no multiple of ${mebibytes(block)}, in which the guest's kernel takes memory`,
    remedy: `Ask for a multiple of ${mebibytes(block)}.`,
  })
}

export function missing({ target, present }: { target: number; present: number }): UnavailableError {
  return new UnavailableError({
    code: 'MEMORY_MISSING',
    message: `the guest has ${present} blocks of memory, and was asked to use ${target}`,
    remedy: 'Plug the others in first, then repeat the call.',
  })
}

export function refused(index: number, cause: unknown): FailedError {
  return new FailedError({
    code: 'MEMORY_REFUSED',
    message: `the kernel does not take block ${index} of memory: ${cause instanceof Error ? cause.message : cause}`,
    remedy: 'See the kernel log of the guest (dmesg); blocks that were taken before stay in use.',
    cause,
  })
}

export function inUse({ wanted, spare }: { wanted: number; spare: number }): RefusedError {
  return new RefusedError({
    code: 'MEMORY_IN_USE',
    message: `programs use so much that the guest can give ${mebibytes(spare)} back, and was asked for ${mebibytes(wanted)}`,
    remedy: 'Ask for less, or end some of its groups first.',
  })
}

export function notReleased({ wanted, released }: { wanted: number; released: number }): FailedError {
  return new FailedError({
    code: 'MEMORY_NOT_RELEASED',
    message: `of ${mebibytes(wanted)} the guest could have given ${mebibytes(released)} back; it keeps all: the kernel itself uses the rest`,
    remedy: 'Ask for less; or stop the machine, and start it with less memory.',
  })
}
