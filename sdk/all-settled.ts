/** Waits for all, also when one fails: nothing may still be at work when what comes next takes it back. Throws the first failure. */
export async function allSettled<Result>(works: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(works)
  return await Promise.all(works)
}

/** The same, of two that have different results. */
export async function bothSettled<One, Other>(
  one: Promise<One>,
  other: Promise<Other>,
): Promise<[One, Other]> {
  await Promise.allSettled([one, other])
  return [await one, await other]
}
