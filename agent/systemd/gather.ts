/**
 * Lets those who ask at the same moment be answered by one call: each program that starts costs an emulated processor more than what
 * systemd does for it.
 *
 * @param call asks about names, which are distinct; answers in their order
 * @returns asks about names, and is answered in their order. What fails for several is asked again for each, so that nobody
 *   gets another one's failure
 */
export function gather<Answer>(
  call: (names: readonly string[]) => Promise<readonly Answer[]>,
): (names: readonly string[]) => Promise<Answer[]> {
  interface Asker {
    names: readonly string[]
    answer(answers: Answer[] | Promise<Answer[]>): void
  }
  let askers: Asker[] = []

  const callAlone = async (names: readonly string[]) => [...(await call([...new Set(names)]))]
  const callForAll = async () => {
    const all = askers
    askers = []
    const names = [...new Set(all.flatMap((asker) => asker.names))]
    try {
      const answers = await call(names)
      const answerOf = new Map(names.map((name, index) => [name, answers[index]] as const))
      for (const { names: own, answer } of all) answer(own.map((name) => answerOf.get(name) as Answer))
    } catch (error) {
      for (const { names: own, answer } of all)
        answer(all.length === 1 ? Promise.reject(error) : callAlone(own))
    }
  }

  return async (names) => {
    if (names.length === 0) return []
    const { promise, resolve } = Promise.withResolvers<Answer[]>()
    askers.push({ names, answer: resolve })
    if (askers.length === 1) setImmediate(callForAll)
    return await promise
  }
}
