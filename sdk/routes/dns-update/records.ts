/** What a route is in a zone: addresses of its names, a service, and a text with the number of the last change. Pure. */
import { isIPv4 } from 'node:net'
import { dataFromText, dataText } from '../../../proto/dns/data-text.ts'
import { emptyMessage, type Message, type ResourceRecord } from '../../../proto/dns/message.ts'
import { parseName } from '../../../proto/dns/name.ts'
import { classes, opcodes, recordTypes } from '../../../proto/dns/numbers.ts'
import { timeToLiveOf } from '../../../proto/routing/limits.ts'
import type { RouteDefinition, RouteState } from '../definition.ts'

const { A, AAAA, SRV, TXT, SOA } = recordTypes

type Plain = Omit<Message, 'id'>

export function question(name: string, type: number): Plain {
  return { ...emptyMessage, questions: [{ name: parseName(name), type, class: classes.IN }] }
}

/** Where the number of a route is: no name of anything else begins so. */
export function numberName({ name }: RouteDefinition, zone: string): string {
  return parseName(`_cleave.${name}.${zone}`)
}

/** The number in the answer to a question for it; 0 when there is none. */
export function numberIn({ answers }: Message): number {
  const texts = answers.filter(({ type }) => type === TXT).map(({ data }) => dataText(TXT, data))
  const numbers = texts.map((text) => Number(/^"number=(\d{1,16})"$/.exec(text)?.[1] ?? Number.NaN))
  return Math.max(0, ...numbers.filter(Number.isSafeInteger))
}

/** The addresses in answers. */
export function addressesIn(messages: readonly Message[]): string[] {
  const records = messages.flatMap(({ answers }) => answers)
  return records
    .filter(({ type }) => type === A || type === AAAA)
    .map(({ type, data }) => dataText(type, data))
}

/**
 * An update that the server takes only while the number is the one that was read: then nobody has changed the route in
 * between (RFC 2136, 2.4).
 *
 * @param before 0 when there was none
 */
export function updateOf(state: RouteState, { zone, before }: { zone: string; before: number }): Plain {
  const { definition, number, backends } = state
  const { naming } = definition
  const names = (naming?.names ?? []).map((name) => parseName(name))
  const ttl = naming === undefined ? 1 : timeToLiveOf(naming)
  const at = numberName(definition, zone)
  const numbered = (value: number) => dataFromText({ type: TXT, words: [`number=${value}`], origin: '.' })
  const addresses = [...new Set(backends.map(({ address }) => address))]
  const add = (name: string, type: number, ...words: string[]): ResourceRecord => ({
    name,
    type,
    class: classes.IN,
    ttl,
    data: dataFromText({ type, words, origin: '.' }),
  })
  const [first = '.'] = names
  const service = naming?.service ? parseName(naming.service) : undefined
  const ports = [...new Set(backends.map(({ port }) => port))]
  return {
    ...emptyMessage,
    opcode: opcodes.update,
    questions: [{ name: parseName(zone), type: SOA, class: classes.IN }],
    answers: [
      before === 0
        ? bare(at, TXT, classes.NONE)
        : { name: at, type: TXT, class: classes.IN, ttl: 0, data: numbered(before) },
    ],
    authorities: [
      bare(at, TXT, classes.ANY),
      { ...add(at, TXT, 'number=0'), data: numbered(number) },
      ...names.flatMap((name) => [
        bare(name, A, classes.ANY),
        bare(name, AAAA, classes.ANY),
        ...addresses.map((address) => add(name, isIPv4(address) ? A : AAAA, address)),
      ]),
      ...(service === undefined
        ? []
        : [
            bare(service, SRV, classes.ANY),
            ...ports.map((port) => add(service, SRV, '0', '0', `${port}`, first)),
          ]),
    ],
  }
}

/** A whole set of records, by its name and type alone. */
function bare(name: string, type: number, recordClass: number): ResourceRecord {
  return { name, type, class: recordClass, ttl: 0, data: Buffer.alloc(0) }
}
