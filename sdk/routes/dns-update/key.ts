import { open } from 'node:fs/promises'
import { parseName } from '../../../proto/dns/name.ts'
import type { TsigKey } from '../../../proto/dns/tsig/key.ts'
import { UnavailableError } from '../../../proto/errors.ts'
import type { DnsUpdatePublisherDefinition } from '../configuration.ts'

const longestFile = 4096
// RFC 8945, 8: as long as the hash would be better, and shorter than this is none.
const shortestSecret = 16

/** Reads the secret, which is base64 in a file of its own. @throws UnavailableError `NO_KEY` */
export async function readKey({
  name,
  algorithm,
  file,
}: DnsUpdatePublisherDefinition['key']): Promise<TsigKey> {
  const text = await readBounded(file)
  const secret = Buffer.from(text.trim(), 'base64')
  const isBase64 = /^[A-Za-z0-9+/]+=*$/.test(text.trim())
  if (isBase64 && secret.length >= shortestSecret) return { name: parseName(name), algorithm, secret }
  throw noKey(file, `it holds no base64 of at least ${shortestSecret} bytes`)
}

async function readBounded(file: string): Promise<string> {
  try {
    await using handle = await open(file)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(longestFile), 0, longestFile, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } catch (error) {
    throw noKey(file, error instanceof Error ? error.message : String(error), error)
  }
}

function noKey(file: string, reason: string, cause?: unknown): UnavailableError {
  return new UnavailableError({
    code: 'NO_KEY',
    message: `the key in ${file} can't be used: ${reason}`,
    remedy: 'Put the secret of `tsig-keygen`, and nothing else, into the file.',
    cause,
  })
}
