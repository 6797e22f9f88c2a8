import { UnavailableError } from '../../proto/errors.ts'

export function cannotListen(endpoint: string, cause: unknown): UnavailableError {
  return new UnavailableError({
    code: 'LISTEN_FAILED',
    message: `cannot listen on ${endpoint}: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: 'Name an address of this host and a port that nobody else has; ports below 1024 need a right.',
    cause,
  })
}
