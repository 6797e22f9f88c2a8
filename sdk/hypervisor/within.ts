/** Waits for `work`, but not longer than `timeoutMs`; then throws what `late` makes. The work itself goes on. */
export async function within<Result>(options: {
  work: Promise<Result>
  timeoutMs: number
  late: () => Error
}): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(options.late()), options.timeoutMs)
  try {
    return await Promise.race([options.work, promise])
  } finally {
    clearTimeout(timer)
  }
}
