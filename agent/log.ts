/** The agent's log: one JSON object a line on standard output, which journald takes. */

export const logLevels = ['debug', 'info', 'warning', 'error'] as const

export type LogLevel = (typeof logLevels)[number]

/** Writes one line. `fields` are added to time, level and message; an error among them becomes its message and stack. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void

/**
 * @param options.least what is less severe is left out
 * @param options.write takes a whole line, its end included. @default standard output
 */
export function createLog(options: { least: LogLevel; write?: (line: string) => void }): Log {
  const { least, write = (line) => process.stdout.write(line) } = options
  const first = logLevels.indexOf(least)
  return (level, message, fields = {}) => {
    if (logLevels.indexOf(level) < first) return
    const line = { time: new Date().toISOString(), level, message, ...fields }
    write(`${JSON.stringify(line, plain)}\n`)
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (!(value instanceof Error)) return value
  const { message, stack, cause } = value
  const code = 'code' in value ? value.code : undefined
  return { message, code, stack, cause }
}
