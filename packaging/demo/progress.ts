/** Says on standard error what is done, with the seconds since the beginning. */
export function createProgress(): (text: string) => void {
  const started = performance.now()
  return (text) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    process.stderr.write(`[${seconds.padStart(6)} s] ${text}\n`)
  }
}
