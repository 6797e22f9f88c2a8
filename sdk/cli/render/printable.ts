/** Makes text from others safe to show. */

// Controls, formatting (which turns the direction of text round), lone surrogates, line separators, private and unassigned.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu

const names: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * The text with everything escaped that a terminal would act on instead of showing it. The names of processes come
 * from a guest, and a guest is hostile.
 */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => names[character] ?? escapeCode(character))
}

/** JSON that is safe to show too: what JSON itself leaves as it is, is written as `\uXXXX`. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .split('\n')
    .map((line) => line.replace(unsafe, escapeUnits))
    .join('\n')
}

/** The same in one line. */
export function printableJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(unsafe, escapeUnits)
}

function escapeCode(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
