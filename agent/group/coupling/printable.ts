/** Names that strangers chose, in sentences for people. Pure. */

const longest = 200

/** Escapes what would move a cursor, end a line or turn the direction of writing, and cuts at 200 characters. */
export function printable(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
