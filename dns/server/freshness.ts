import { readMessage } from '../../proto/dns/message.ts'
import { recordTypes } from '../../proto/dns/numbers.ts'

/** For how many seconds all of an answer may be kept; undefined for one without records. */
export function leastTtlOf(answer: Buffer): number | undefined {
  const { answers, authorities, additionals } = readMessage(answer)
  const records = [...answers, ...authorities, ...additionals].filter(
    ({ type }) => type !== recordTypes.OPT && type !== recordTypes.TSIG,
  )
  return records.length === 0 ? undefined : Math.min(...records.map(({ ttl }) => ttl))
}
