/** What QEMU says on a QMP monitor (qemu: docs/interop/qmp-spec.txt). Pure. */
import { z } from 'zod'

/** Something that happened in QEMU. */
export interface QmpEvent {
  name: string
  data: Record<string, unknown>
  /** By QEMU's clock, which is the host's: milliseconds since 1970, with fractions. */
  at: number
}

export type QmpMessage =
  | { kind: 'greeting'; version: string }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'refusal'; id: number; errorClass: string; description: string }
  | { kind: 'event'; event: QmpEvent }

const version = z.object({ major: z.int(), minor: z.int(), micro: z.int() })
const greeting = z.object({ QMP: z.object({ version: z.object({ qemu: version }) }) }).transform(
  ({
    QMP: {
      version: { qemu },
    },
  }): QmpMessage => {
    return { kind: 'greeting', version: `${qemu.major}.${qemu.minor}.${qemu.micro}` }
  },
)
const answer = z
  .object({ return: z.unknown(), id: z.int() })
  .transform(({ return: value, id }): QmpMessage => ({ kind: 'answer', id, value }))
const refusal = z
  .object({
    error: z.object({ class: z.string().regex(/^[A-Za-z]{1,50}$/), desc: z.string() }),
    // QEMU leaves it out when it could not read the command: then nobody knows whose answer is missing.
    id: z.int(),
  })
  .transform(({ error, id }): QmpMessage => {
    return { kind: 'refusal', id, errorClass: error.class, description: error.desc.slice(0, 2000) }
  })
const event = z
  .object({
    event: z.string().max(100),
    data: z.record(z.string(), z.unknown()).default({}),
    timestamp: z.object({ seconds: z.int(), microseconds: z.int() }),
  })
  .transform(({ event: name, data, timestamp }): QmpMessage => {
    return {
      kind: 'event',
      event: { name, data, at: timestamp.seconds * 1000 + timestamp.microseconds / 1000 },
    }
  })
const message = z.union([event, answer, refusal, greeting])

/** Throws a `ZodError` or `SyntaxError` for what is none of the four. */
export function parseMessage(line: string): QmpMessage {
  return message.parse(JSON.parse(line))
}
