/** Adds the parts of `A,B` to those that were given before. Pure. */
export function parseList(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',')]
}
