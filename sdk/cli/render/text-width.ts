/** How many columns of a terminal a text takes. */

const ascii = /^[ -~]*$/
// What East Asian Width calls wide or full-width (UAX 11), by script; half-width forms are not.
const wide =
  /^(?![\uff61-\uffdc])(?:\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])/u
const zero = /^\p{M}/u

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Columns of a text without control characters. */
export function textWidth(text: string): number {
  if (ascii.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment)
  return width
}

/** The text, or as much of its beginning as fits in front of an ellipsis. */
export function fit(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  let kept = ''
  let width = 0
  for (const { segment } of graphemes.segment(text)) {
    width += graphemeWidth(segment)
    if (width > columns - 1) break
    kept += segment
  }
  return columns > 0 ? `${kept}…` : ''
}

function graphemeWidth(grapheme: string): number {
  if (wide.test(grapheme)) return 2
  return zero.test(grapheme) ? 0 : 1
}
