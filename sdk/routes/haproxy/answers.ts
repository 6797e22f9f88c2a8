/** What HAProxy answers, read. Pure; bounded by what was read. */
import type { PublishedBackend } from '../publisher.ts'

/** A server of a backend: a place for one address. */
export interface Slot extends PublishedBackend {
  name: string
  inMaintenance: boolean
}

// SRV_ADMF_FMAINT, _IMAINT and _RMAINT of HAProxy's server-t.h; _CMAINT only says what its configuration said.
const maintenance = 0x01 | 0x02 | 0x20
const running = '2'

/** Of `show servers state BACKEND`; undefined when that is no such answer, as for a backend that there is not. */
export function slotsOf(answer: string): Slot[] | undefined {
  const rows = answer.split('\n').map((line) => line.trim())
  const titles = rows
    .find((row) => row.startsWith('# '))
    ?.slice(2)
    .split(' ')
  if (titles === undefined) return undefined
  const column = (title: string) => titles.indexOf(title)
  const columns = { name: column('srv_name'), address: column('srv_addr'), port: column('srv_port') }
  const states = { admin: column('srv_admin_state'), operation: column('srv_op_state') }
  if ([...Object.values(columns), ...Object.values(states)].includes(-1)) return undefined
  return rows
    .filter((row) => row !== '' && !row.startsWith('#') && row.includes(' '))
    .map((row) => row.split(' '))
    .map((cells) => ({
      name: cells[columns.name] ?? '',
      address: plain(cells[columns.address] ?? ''),
      port: Number(cells[columns.port]),
      inMaintenance: (Number(cells[states.admin]) & maintenance) !== 0,
      up: cells[states.operation] === running,
    }))
}

const plain = (address: string) => (address === '-' ? '' : address)

/** The value of one key in the answer of `show map`; undefined when it has none. */
export function mapValue(answer: string, key: string): string | undefined {
  for (const line of answer.split('\n')) {
    // The first word is the entry's own name.
    const [, found, value] = line.split(' ')
    if (found === key) return value
  }
  return undefined
}

/** Requests, or connections, that servers of a backend have now, and what they had: `show stat BACKEND 4 -1`. */
export function usage(answer: string): { current: number; served: number; failed: number } {
  const rows = answer.split('\n').filter((line) => line.includes(','))
  const titles = rows[0]?.replace('# ', '').split(',') ?? []
  const sum = (title: string) =>
    rows.slice(1).reduce((total, row) => total + (Number(row.split(',')[titles.indexOf(title)]) || 0), 0)
  return { current: sum('scur'), served: sum('stot'), failed: sum('econ') + sum('eresp') }
}
