/** Zone files, as all name servers read and write them (RFC 1035, 5). Pure. */
import { dataFromText, dataText, seconds } from '../../proto/dns/data-text.ts'
import { MalformedError } from '../../proto/dns/malformed.ts'
import type { ResourceRecord } from '../../proto/dns/message.ts'
import { canonicalName, isWithin, parseName } from '../../proto/dns/name.ts'
import { classes, isMetaType, recordTypes, typeName, typeNumber } from '../../proto/dns/numbers.ts'
import { boundedTtl } from './records.ts'
import type { Zone } from './zone.ts'
import { type Entry, type Word, zoneFileEntries } from './zone-file-words.ts'

export interface ZoneFileProblem {
  /** Counts from 1. */
  line: number
  message: string
}

export type ZoneFile = { records: ResourceRecord[]; problems: readonly [] } | { problems: ZoneFileProblem[] }

export interface ZoneFileOptions {
  text: string
  /** Canonical. */
  origin: string
  /** Seconds, of records that name none. */
  ttl: number
}

const mostProblems = 50

/** Reads a zone file. Throws nothing: what is wrong with it is in the result. */
export function parseZoneFile(options: ZoneFileOptions): ZoneFile {
  const state: State = {
    zone: options.origin,
    origin: options.origin,
    ttl: options.ttl,
    owner: options.origin,
  }
  const records: ResourceRecord[] = []
  const problems: ZoneFileProblem[] = []
  for (const entry of zoneFileEntries(options.text)) {
    try {
      if (entry.problem !== undefined) throw new MalformedError(entry.problem)
      const record = readEntry(entry, state)
      if (record !== undefined) records.push(record)
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      problems.push({ line: entry.line, message: error.message })
      if (problems.length === mostProblems) break
    }
  }
  if (problems.length > 0) return { problems }
  const fault = faultOf(records, options.origin)
  return fault === undefined ? { records, problems: [] } : { problems: [{ line: 1, message: fault }] }
}

interface State {
  zone: string
  origin: string
  ttl: number
  owner: string
}

function readEntry({ words, indented }: Entry, state: State): ResourceRecord | undefined {
  const [first, second] = words
  if (first?.text.startsWith('$') && !first.quoted) {
    directive(first.text.toUpperCase(), second?.text ?? '', state)
    return undefined
  }
  if (!indented && first !== undefined) state.owner = canonicalName(parseName(first.text, state.origin))
  const rest = indented ? [...words] : words.slice(1)
  const ttl = takeTtlAndClass(rest)
  const type = typeNumber(rest[0]?.text ?? '')
  if (isMetaType(type)) throw new MalformedError(`no zone holds records of type ${typeName(type)}`)
  if (!isWithin(state.owner, state.zone))
    throw new MalformedError(`${state.owner} is not within ${state.zone}`)
  const data = dataFromText({ type, words: rest.slice(1).map(({ text }) => text), origin: state.origin })
  return { name: state.owner, type, class: classes.IN, ttl: boundedTtl(ttl ?? state.ttl), data }
}

function directive(name: string, value: string, state: State): void {
  if (name === '$ORIGIN') state.origin = canonicalName(parseName(value, state.origin))
  else if (name === '$TTL' && seconds(value) <= 0x7fff_ffff) state.ttl = seconds(value)
  else throw new MalformedError(`${name.slice(0, 40)} can not be used here, or not like this`)
}

/** Both may be there, in any order, before the type. Takes them off. */
function takeTtlAndClass(words: Word[]): number | undefined {
  let ttl: number | undefined
  for (let taken = 0; taken < 2; taken++) {
    const text = words[0]?.text ?? ''
    if (/^(CH|HS|CS)$/i.test(text)) throw new MalformedError('only class IN is served')
    const time = seconds(text)
    if (/^IN$/i.test(text)) words.shift()
    else if (time <= 0x7fff_ffff && ttl === undefined) {
      ttl = time
      words.shift()
    }
  }
  return ttl
}

/** What a set of records can't be as a zone. */
export function faultOf(records: readonly ResourceRecord[], origin: string): string | undefined {
  const ofApex = records.filter(({ name }) => name === origin)
  if (ofApex.filter(({ type }) => type === recordTypes.SOA).length !== 1)
    return `${origin} needs one SOA record`
  if (!ofApex.some(({ type }) => type === recordTypes.NS)) return `${origin} needs an NS record`
  const misplaced = records.find(({ type, name }) => type === recordTypes.SOA && name !== origin)
  if (misplaced !== undefined) return `${misplaced.name} is not the zone's name, but has an SOA record`
  const byName = Map.groupBy(records, ({ name }) => name)
  for (const [name, list] of byName) {
    if (list.length > 1 && list.some(({ type }) => type === recordTypes.CNAME)) {
      return `${name} has a CNAME record and others`
    }
  }
  return undefined
}

/** A zone as a file: names absolute, its SOA record first. */
export function formatZoneFile(zone: Pick<Zone, 'origin' | 'nodes'>): string {
  const lines: string[] = []
  for (const [name, sets] of zone.nodes()) {
    for (const { type, ttl, data } of sets.values()) {
      const isFirst = type === recordTypes.SOA
      const written = data.map((one) => `${name} ${ttl} IN ${typeName(type)} ${dataText(type, one)}`)
      if (isFirst) lines.unshift(...written)
      else lines.push(...written)
    }
  }
  return `${lines.join('\n')}\n`
}
