/** The server's log: one JSON object a line on standard output, which journald takes. */

export const logLevels = ['debug', 'info', 'warning', 'error'] as const

export type LogLevel = (typeof logLevels)[number]

/** Writes one line. `fields` are added to time, level and message; of an error its message, code and cause are kept. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void

/** @param least what is less severe is left out */
export function createLog(least: LogLevel): Log {
  const first = logLevels.indexOf(least)
  return (level, message, fields = {}) => {
    if (logLevels.indexOf(level) < first) return
    const line = { time: new Date().toISOString(), level, message, ...fields }
    process.stdout.write(`${JSON.stringify(line, plain)}\n`)
  }
}

function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const code = 'code' in value ? value.code : undefined
  return { message: value.message, code, cause: value.cause }
}
