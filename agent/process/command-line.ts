/** Arguments from /proc/PID/cmdline. Pure. */

/** A process may make its command line as long as its memory; this much says what it is. */
export const longestCommandLine = 4096

/**
 * The arguments in the first {@link longestCommandLine} bytes. A process that wrote its title over them, as nginx
 * does, has one argument.
 */
export function parseCommandLine(bytes: Buffer): string[] {
  let end = Math.min(bytes.length, longestCommandLine)
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return end === 0 ? [] : bytes.toString('utf8', 0, end).split('\0')
}
