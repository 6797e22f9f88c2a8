/** Reads the zone files that the settings name. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { InvalidRequestError } from '../../proto/errors.ts'
import type { ZoneConfig } from '../config.ts'
import type { StoredZone } from '../store/store.ts'
import { emptyZone, setsOf } from './load.ts'
import { parseZoneFile } from './master-file.ts'
import type { RecordSet } from './zone.ts'

export interface ReadZone {
  sets: RecordSet[]
  /** A hash of the file. */
  file: string
}

/**
 * Undefined when the zone has no file, or it is as it was when it was last read.
 *
 * @throws InvalidRequestError `BAD_ZONE_FILE`
 */
export async function readZoneFile(
  { name, file }: Pick<ZoneConfig, 'name' | 'file'>,
  options: { lastRead: string | undefined; ttl: number },
): Promise<ReadZone | undefined> {
  if (file === undefined) return undefined
  const text = await readText(file)
  const hash = createHash('sha256').update(text).digest('hex')
  if (hash === options.lastRead) return undefined
  const parsed = parseZoneFile({ text, origin: name, ttl: options.ttl })
  if (!('records' in parsed)) {
    throw badFile(parsed.problems.map(({ line, message }) => `${file}:${line}: ${message}`).join('\n'))
  }
  return { sets: setsOf(parsed.records), file: hash }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw badFile(`${file} can't be read: ${(cause as Error).message}`, cause)
  }
}

function badFile(message: string, cause?: unknown): InvalidRequestError {
  const remedy = 'Correct the file; cleave-dns --check reads all of them.'
  return new InvalidRequestError({ code: 'BAD_ZONE_FILE', message, remedy, cause })
}

/** What the server begins with. `isNew` when that has to be kept. Throws as {@link readZoneFile}. */
export async function loadZone(options: {
  zone: ZoneConfig
  stored: StoredZone | undefined
  ttl: number
  nowSeconds: number
}): Promise<{ sets: readonly RecordSet[]; isNew: boolean; file?: string }> {
  const { zone, stored, ttl, nowSeconds } = options
  if (stored !== undefined) return { sets: stored.sets, isNew: false }
  const read = await readZoneFile(zone, { lastRead: undefined, ttl })
  if (read !== undefined) return { ...read, isNew: true }
  const { name: origin, servers = [`ns.${origin}`], mailbox = `hostmaster.${origin}` } = zone
  // The time, so that the serial rises also when the store is lost.
  return { sets: emptyZone({ origin, servers, mailbox, ttl, serial: nowSeconds >>> 0 }), isNew: true }
}
