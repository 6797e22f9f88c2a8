import { dataFromText, dataText } from '../../../proto/dns/data-text.ts'
import type { Message, ResourceRecord } from '../../../proto/dns/message.ts'
import { typeName, typeNumber } from '../../../proto/dns/numbers.ts'

/** `www.example.org. AAAA` */
export function query(text: string, more: Partial<Message> = {}): Message {
  const [name = '', type = 'A'] = text.split(' ')
  return {
    id: 7,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: 0,
    questions: [{ name, type: typeNumber(type), class: 1 }],
    answers: [],
    authorities: [],
    additionals: [],
    ...more,
  }
}

/** `www.example.org. 2 A 10.0.0.1` */
export function record(text: string): ResourceRecord {
  const [name = '', ttl = '', type = '', ...words] = text.split(' ')
  const number = typeNumber(type)
  return {
    name,
    type: number,
    class: 1,
    ttl: Number(ttl),
    data: dataFromText({ type: number, words, origin: '.' }),
  }
}

/** The opposite of {@link record}. */
export function textOf({ name, ttl, type, data }: ResourceRecord): string {
  return `${name} ${ttl} ${typeName(type)} ${dataText(type, data)}`
}
