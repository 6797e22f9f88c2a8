/** The lines of a text that a terminal has room for; the last one says how many are left out. Pure. */
export function screenful(text: string, rows: number): string[] {
  const lines = text.split('\n')
  if (lines.length <= rows) return lines
  const kept = lines.slice(0, Math.max(0, rows - 1))
  return [...kept, `… ${lines.length - kept.length} more lines`]
}
