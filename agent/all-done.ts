/** Waits for every work, also when one has failed, so that none goes on unseen; then throws the first failure. */
export async function allDone<Results extends readonly unknown[]>(
  works: {
    [Index in keyof Results]: Promise<Results[Index]>
  },
): Promise<Results> {
  await Promise.allSettled(works)
  return (await Promise.all(works)) as unknown as Results
}
