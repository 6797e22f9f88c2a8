import t from 'tap'
import { createLog, type LogLevel } from '../../agent/log.ts'

function linesAt(least: LogLevel, write: (log: ReturnType<typeof createLog>) => void): unknown[] {
  const lines: string[] = []
  write(createLog({ least, write: (line) => lines.push(line) }))
  t.ok(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1))
  return lines.map((line) => JSON.parse(line))
}

t.test('one JSON object a line', (t) => {
  const [line] = linesAt('info', (log) => log('warning', 'a\nb', { unit: 'x.service' }))
  t.match(line, { level: 'warning', message: 'a\nb', unit: 'x.service' })
  t.match((line as { time: string }).time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  t.end()
})

t.test('what is less severe is left out', (t) => {
  const lines = linesAt('warning', (log) => {
    for (const level of ['debug', 'info', 'warning', 'error'] as const) log(level, level)
  })
  t.match(lines, [{ level: 'warning' }, { level: 'error' }])
  t.equal(lines.length, 2)
  t.end()
})

t.test('errors keep their code, stack and cause', (t) => {
  const cause = Object.assign(new Error('no such device'), { code: 'ENODEV' })
  const [line] = linesAt('info', (log) => log('error', 'x', { error: new Error('port', { cause }) }))
  t.match(line, {
    error: { message: 'port', stack: /log\.test/, cause: { message: 'no such device', code: 'ENODEV' } },
  })
  t.end()
})
