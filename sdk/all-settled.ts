/** Waits for all, also when one fails: nothing may still be at work when what comes next takes it back. Throws the first failure. */
export async function allSettled<Result>(works: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(works)
  return await Promise.all(works)
}
