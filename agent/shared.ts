/**
 * Lets callers share work that says how things are. Whoever asks while it is under way waits for the next one, which begins when that
 * has ended and serves all who have asked until then: nobody is told what was seen before they asked.
 */
export function createShared<Result>(work: () => Promise<Result>): () => Promise<Result> {
  const begin = (): Promise<Result> => {
    next = undefined
    const result = work()
    last = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }
  let last: Promise<void> = Promise.resolve()
  let next: Promise<Result> | undefined
  return () => {
    next ??= last.then(begin)
    return next
  }
}
