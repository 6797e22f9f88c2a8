import type { Http2ServerRequest } from 'node:http2'
import { largestMessage } from '../../proto/dns/numbers.ts'

const path = '/dns-query'
const mediaType = 'application/dns-message'
// In base64 a message is longer by a third, and header lines are bounded.
const longestEncoded = 8192

/** The message that a request carries, or why it carries none. */
export async function questionOf(
  request: Http2ServerRequest,
): Promise<{ bytes: Buffer } | { status: number; message: string }> {
  const url = URL.parse(request.url, 'https://localhost')
  if (url?.pathname !== path) return { status: 404, message: `ask ${path}` }
  if (request.method === 'GET' || request.method === 'HEAD') {
    const encoded = url.searchParams.get('dns') ?? ''
    if (encoded === '' || encoded.length > longestEncoded || !/^[A-Za-z0-9_-]+$/.test(encoded)) {
      return { status: 400, message: 'dns= needs a message in base64url' }
    }
    return { bytes: Buffer.from(encoded, 'base64url') }
  }
  if (request.method !== 'POST') return { status: 405, message: 'use GET or POST' }
  if (request.headers['content-type'] !== mediaType) return { status: 415, message: `send ${mediaType}` }
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > largestMessage) return { status: 413, message: 'a message has at most 65535 bytes' }
    parts.push(part)
  }
  return { bytes: Buffer.concat(parts) }
}
