/**
 * Lets callers share work that says how things are. Whoever asks while it is under way waits for the next one, which begins when that
 * has ended and serves all who have asked until then: nobody is told what was seen before they asked.
 */
export function createShared<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<unknown> | undefined
  let next: Promise<Result> | undefined

  const begin = (): Promise<Result> => {
    next = undefined
    const result = work()
    const ended = result.then(
      () => undefined,
      () => undefined,
    )
    running = ended
    ended.then(() => {
      if (running === ended) running = undefined
    })
    return result
  }
  return () => {
    if (running === undefined) return begin()
    next ??= running.then(begin)
    return next
  }
}
