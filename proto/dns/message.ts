/** Messages of DNS, as values and as bytes (RFC 1035, 2136). Pure. */
import { mayShorten, type Part, partsOf, readData } from './layout.ts'
import { MalformedError } from './malformed.ts'
import { readName } from './name.ts'
import { classes, largestMessage, opcodes } from './numbers.ts'
import { createWriter, type MessageWriter } from './writer.ts'

export interface Question {
  /** As {@link readName} answers it. */
  name: string
  type: number
  class: number
}

export interface ResourceRecord {
  name: string
  type: number
  class: number
  /** Seconds. */
  ttl: number
  /** Without pointers. Empty in some records of updates. */
  data: Buffer
}

/** In updates the sections are the zone, prerequisites, updates and additional records, in this order. */
export interface Message {
  id: number
  response: boolean
  opcode: number
  authoritative: boolean
  truncated: boolean
  recursionDesired: boolean
  recursionAvailable: boolean
  authenticData: boolean
  checkingDisabled: boolean
  /** The four bits of the header. */
  rcode: number
  questions: Question[]
  answers: ResourceRecord[]
  authorities: ResourceRecord[]
  additionals: ResourceRecord[]
}

/** A query that asks for nothing, for what is sent to be made from. */
export const emptyMessage: Readonly<Omit<Message, 'id'>> = {
  response: false,
  opcode: opcodes.query,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
}

const headerSize = 12
// Each takes 5 bytes at least, so that counts of a short message can't ask for much.
const smallestQuestion = 5
const smallestRecord = 11

/** Reads a message to its last byte. Throws a {@link MalformedError}, and nothing else, whatever the bytes are. */
export function readMessage(bytes: Buffer): Message {
  return readPlaced(bytes).message
}

/** The same, and where its last record begins: at its end when it has none. Throws a {@link MalformedError}. */
export function readPlaced(bytes: Buffer): { message: Message; lastRecordAt: number } {
  if (bytes.length < headerSize) throw new MalformedError('a message is shorter than its header')
  if (bytes.length > largestMessage) throw new MalformedError('a message is longer than 65535 bytes')
  const flags = bytes.readUInt16BE(2)
  const count = (index: number): number => bytes.readUInt16BE(4 + 2 * index)
  const least = count(0) * smallestQuestion + (count(1) + count(2) + count(3)) * smallestRecord
  if (headerSize + least > bytes.length) throw new MalformedError('a message has less than it counts')
  const reader: Reader = { bytes, at: headerSize, lastRecordAt: bytes.length }
  const message: Message = {
    id: bytes.readUInt16BE(0),
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    authoritative: (flags & 0x400) !== 0,
    truncated: (flags & 0x200) !== 0,
    recursionDesired: (flags & 0x100) !== 0,
    recursionAvailable: (flags & 0x80) !== 0,
    authenticData: (flags & 0x20) !== 0,
    checkingDisabled: (flags & 0x10) !== 0,
    rcode: flags & 0xf,
    questions: times(count(0), () => readQuestion(reader)),
    answers: times(count(1), () => readRecord(reader)),
    authorities: times(count(2), () => readRecord(reader)),
    additionals: times(count(3), () => readRecord(reader)),
  }
  if (reader.at !== bytes.length) throw new MalformedError('a message goes on after its end')
  return { message, lastRecordAt: reader.lastRecordAt }
}

interface Reader {
  bytes: Buffer
  at: number
  lastRecordAt: number
}

function times<Value>(count: number, read: () => Value): Value[] {
  const values: Value[] = []
  for (let index = 0; index < count; index++) values.push(read())
  return values
}

function readQuestion(reader: Reader): Question {
  const { name, end } = readName(reader.bytes, reader.at)
  if (end + 4 > reader.bytes.length) throw new MalformedError('a question goes beyond its message')
  reader.at = end + 4
  return { name, type: reader.bytes.readUInt16BE(end), class: reader.bytes.readUInt16BE(end + 2) }
}

function readRecord(reader: Reader): ResourceRecord {
  const { bytes } = reader
  const { name, end } = readName(bytes, reader.at)
  if (end + 10 > bytes.length) throw new MalformedError('a record goes beyond its message')
  const type = bytes.readUInt16BE(end)
  const recordClass = bytes.readUInt16BE(end + 2)
  const start = end + 10
  const stop = start + bytes.readUInt16BE(end + 8)
  if (stop > bytes.length) throw new MalformedError('a record goes beyond its message')
  reader.lastRecordAt = reader.at
  reader.at = stop
  // Records of updates that name a set, or all sets of a name, have none.
  const hasNone = start === stop && recordClass !== classes.IN
  return {
    name,
    type,
    class: recordClass,
    ttl: bytes.readUInt32BE(end + 4),
    data: hasNone ? Buffer.alloc(0) : readData(type, bytes, { start, end: stop }),
  }
}

/** The bytes of a message, names shortened. Throws a {@link MalformedError} when they are more than `largest`. */
export function messageBytes(message: Message, largest = largestMessage): Buffer {
  const writer = createWriter(largest)
  writer.u16(message.id)
  writer.u16(flagsOf(message))
  for (const section of [message.questions, message.answers, message.authorities, message.additionals]) {
    writer.u16(section.length)
  }
  for (const question of message.questions) {
    writer.name(question.name)
    writer.u16(question.type)
    writer.u16(question.class)
  }
  for (const section of [message.answers, message.authorities, message.additionals]) {
    for (const record of section) writeRecord(writer, record)
  }
  return writer.bytes()
}

function flagsOf(message: Message): number {
  const bit = (on: boolean, mask: number): number => (on ? mask : 0)
  return (
    bit(message.response, 0x8000) |
    ((message.opcode & 0xf) << 11) |
    bit(message.authoritative, 0x400) |
    bit(message.truncated, 0x200) |
    bit(message.recursionDesired, 0x100) |
    bit(message.recursionAvailable, 0x80) |
    bit(message.authenticData, 0x20) |
    bit(message.checkingDisabled, 0x10) |
    (message.rcode & 0xf)
  )
}

function writeRecord(writer: MessageWriter, record: ResourceRecord): void {
  writer.name(record.name)
  writer.u16(record.type)
  writer.u16(record.class)
  writer.u32(record.ttl)
  const parts: Part[] =
    record.data.length === 0 ? [] : partsOf(record.type, record.data, { start: 0, end: record.data.length })
  writer.sized(() => {
    for (const part of parts) {
      if (part.field === 'name' && mayShorten(record.type)) writer.name(part.name)
      else writer.raw(record.data.subarray(part.start, part.end))
    }
  })
}
