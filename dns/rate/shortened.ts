/** An answer without any records, which asks the client to come by TCP. Pure. */
export function shortened(bytes: Buffer): Buffer {
  const end = endOfQuestion(bytes)
  const copy = Buffer.from(bytes.subarray(0, end))
  copy[2] = (copy[2] ?? 0) | 0x02
  copy.fill(0, 6, 12)
  return copy
}

/** Of a message of our own, which shortens nothing in its question. */
function endOfQuestion(bytes: Buffer): number {
  if (bytes.readUInt16BE(4) === 0) return 12
  let at = 12
  while ((bytes[at] ?? 0) !== 0) at += 1 + (bytes[at] ?? 0)
  return at + 5
}
