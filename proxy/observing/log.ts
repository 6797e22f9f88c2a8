/** The proxy's own log: one JSON object a line on standard output, which journald takes. */

export const logLevels = ['debug', 'info', 'warning', 'error'] as const

export type LogLevel = (typeof logLevels)[number]

/** An error among the fields becomes its message, code and cause. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void

// What goes wrong can go wrong a thousand times a second.
const perSecond = 50

/**
 * @param options.least what is less severe is left out; asked each time
 * @param options.write takes a whole line, its end included. @default standard output
 */
export function createLog(options: { least: () => LogLevel; write?: (line: string) => void }): Log {
  const { least, write = (line) => process.stdout.write(line) } = options
  let second = 0
  let written = 0
  let dropped = 0

  const put = (line: object): void => write(`${JSON.stringify(line, plain)}\n`)

  return (level, message, fields = {}) => {
    if (logLevels.indexOf(level) < logLevels.indexOf(least())) return
    const time = new Date()
    const now = Math.floor(time.getTime() / 1000)
    if (now !== second) {
      if (dropped > 0) put({ time: time.toISOString(), level: 'warning', message: 'lines left out', dropped })
      second = now
      written = 0
      dropped = 0
    }
    if (++written > perSecond) dropped++
    else put({ time: time.toISOString(), level, message, ...fields })
  }
}

function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { message, cause } = value
  const code = 'code' in value ? value.code : undefined
  return { message, code, cause }
}
