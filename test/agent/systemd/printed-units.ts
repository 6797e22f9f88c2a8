/** Units as `systemctl show` printed them in real guests, for tests without systemd. */
import { readUnitProperties, type UnitProperties } from '../../../agent/systemd/unit-properties.ts'

/** One for each block of lines `NAME=VALUE`. */
export function parsePrintedUnits(printed: string): UnitProperties[] {
  return printed
    .split(/\n\s*\n/)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const values = block.split('\n').map((line) => {
        const equals = line.indexOf('=')
        const name = line.slice(0, equals)
        return [name, readValue(name, line.slice(equals + 1))] as const
      })
      return readUnitProperties(new Map(values))
    })
}

function readValue(name: string, text: string): unknown {
  if (name === 'TriggeredBy') return text.split(' ').filter(Boolean)
  if (name.startsWith('Exec')) return text === '' ? [] : [text]
  return text === 'yes' ? true : text === 'no' ? false : text
}
