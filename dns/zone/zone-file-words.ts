/** Takes zone files apart into entries and words. Pure. */

export interface Word {
  /** With its escapes, without its quotes. */
  text: string
  quoted: boolean
}

/** What stands on one line, or on several within parentheses. */
export interface Entry {
  /** Where it begins, from 1. */
  line: number
  /** It begins with a space, so that it goes on with the name before. */
  indented: boolean
  words: Word[]
  /** Set when it is no entry. */
  problem?: string
}

const token = /(;[^\n]*)|(\n)|([^\S\n]+)|([()])|"((?:[^"\\\n]|\\[^\n])*)"|((?:[^\s;()"\\]|\\[^\n])+)|(.)/g

/** Entries that hold anything. It ends with a problem where it can't go on. */
export function zoneFileEntries(text: string): Entry[] {
  const entries: Entry[] = []
  let line = 1
  let depth = 0
  let entry: Entry = { line, indented: false, words: [] }
  let atStart = true

  const finish = (): void => {
    if (entry.words.length > 0) entries.push(entry)
    entry = { line, indented: false, words: [] }
    atStart = true
  }
  for (const [, , newline, space, bracket, quoted, plain, wrong] of text.matchAll(token)) {
    if (newline !== undefined) {
      line += 1
      if (depth === 0) finish()
      continue
    }
    if (space !== undefined && atStart) entry.indented = true
    atStart = false
    if (bracket === '(') depth += 1
    else if (bracket === ')') depth -= 1
    else if (quoted !== undefined) entry.words.push({ text: quoted, quoted: true })
    else if (plain !== undefined) entry.words.push({ text: plain, quoted: false })
    if (wrong !== undefined || depth < 0 || depth > 1) {
      return [...entries, { ...entry, line, problem: 'a quote or parenthesis is without the other one' }]
    }
  }
  if (depth > 0) return [...entries, { ...entry, problem: 'a parenthesis is not closed' }]
  finish()
  return entries
}
