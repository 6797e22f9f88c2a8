/** Numbers with their units, as people type them. Pure. */
import { InvalidRequestError } from '../../../proto/errors.ts'

/** `1024M` or `2G` in MiB. Throws an `InvalidRequestError` (`BAD_SIZE`). */
export function parseMemory(text: string): number {
  const [, digits, unit] = /^(\d{1,9})([MG])(?:i?B)?$/i.exec(text) ?? []
  if (digits !== undefined && unit !== undefined) {
    return Number(digits) * (unit.toUpperCase() === 'G' ? 1024 : 1)
  }
  throw bad('BAD_SIZE', `${quoted(text)} is no size`, 'Give mebibytes or gibibytes: 1024M or 2G.')
}

/** `20G` in bytes. Throws an `InvalidRequestError` (`BAD_SIZE`). */
export function parseDiskSize(text: string): number {
  return parseMemory(text) * 2 ** 20
}

/** Seconds, such as `30` or `0.5`, in milliseconds. Throws an `InvalidRequestError` (`BAD_TIME`). */
export function parseSeconds(text: string): number {
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text)) return Math.round(Number(text) * 1000)
  throw bad('BAD_TIME', `${quoted(text)} is no time`, 'Give seconds: 30 or 0.5.')
}

/** As {@link parseSeconds}, from half a second to an hour: over less, the kernel's ticks of 10 ms would say little. */
export function parseInterval(text: string): number {
  const milliseconds = parseSeconds(text)
  if (milliseconds >= 500 && milliseconds <= 3_600_000) return milliseconds
  throw bad('BAD_TIME', `${quoted(text)} is no interval`, 'Give seconds, from 0.5 to 3600.')
}

/** As {@link parseWholeNumber}, at least 1. */
export function parseRounds(text: string): number {
  const rounds = parseWholeNumber(text)
  if (rounds > 0) return rounds
  throw bad('BAD_NUMBER', 'no round would show nothing', 'Give a number such as 1.')
}

/** Throws an `InvalidRequestError` (`BAD_NUMBER`). */
export function parseWholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw bad('BAD_NUMBER', `${quoted(text)} is no whole number`, 'Give a number such as 2.')
}

function bad(code: string, message: string, remedy: string): InvalidRequestError {
  return new InvalidRequestError({ code, message, remedy })
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100))
}
