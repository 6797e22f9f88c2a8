/** What happens when the user, or whoever ends this process, asks to stop. */

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Calls `onInterrupt` for each signal that asks this process to end, in place of ending it, until it is disposed.
 *
 * @param onInterrupt gets how often that was asked, counted from 1
 */
export function interruptions(onInterrupt: (count: number) => void): Disposable {
  let count = 0
  const listener = () => {
    count += 1
    onInterrupt(count)
  }
  for (const signal of signals) process.on(signal, listener)
  return {
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, listener)
    },
  }
}
