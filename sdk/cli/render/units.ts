/** Sizes, processors and times as people read them. Pure. */

/** Bytes. */
export const mebibyte = 1024 * 1024

/** `3.4 MiB`, `212 MiB`, `1.25 GiB`. */
export function size(bytes: number): string {
  const mebibytes = bytes / mebibyte
  if (mebibytes >= 1024) return `${upTo(2, mebibytes / 1024)} GiB`
  return `${upTo(mebibytes < 10 ? 1 : 0, mebibytes)} MiB`
}

/** Processors used: 1 is one whole processor. */
export function cores(used: number): string {
  return used.toFixed(2)
}

/** `4.2 ms`, `812 ms`, `12.3 s`; a hyphen for what was not measured. */
export function duration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '-'
  if (milliseconds < 10) return `${upTo(1, milliseconds)} ms`
  if (milliseconds < 10_000) return `${milliseconds.toFixed(0)} ms`
  return `${(milliseconds / 1000).toFixed(1)} s`
}

/** Date and time of a moment in milliseconds since 1970, by the clock of this place. */
export function moment(milliseconds: number): string {
  // Swedish writes dates as ISO 8601 does.
  return new Date(milliseconds).toLocaleString('sv-SE')
}

function upTo(digits: number, value: number): string {
  return String(Number(value.toFixed(digits)))
}
