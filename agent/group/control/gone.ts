/** Telling 'it has ended meanwhile' from a failure: what runs in a guest may end at any moment. */

const gone = new Set(['ENOENT', 'ENODEV', 'ESRCH'])

/** The system's name of an error, such as `ENOENT`, empty when it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** What `read` answers, or undefined when the process or cgroup that it reads is gone. */
export function unlessGone<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (gone.has(errorCode(error))) return undefined
    throw error
  }
}
