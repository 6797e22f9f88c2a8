/** A text as lines that fill a terminal: empty ones below it, or a last one that says how many are left out. Pure. */
export function screenful(text: string, rows: number): string[] {
  const lines = text.split('\n')
  if (lines.length <= rows) return [...lines, ...Array<string>(rows - lines.length).fill('')]
  const kept = lines.slice(0, Math.max(0, rows - 1))
  return [...kept, `… ${lines.length - kept.length} more lines`]
}
