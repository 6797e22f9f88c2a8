/** The answer of a backend to one request, on its way to the client. */
import { type Body, createBody } from './framing.ts'
import { type HeadLimits, headEnd, isProblem, parseResponseHead, type RequestHead } from './head.ts'
import { writeResponseHead } from './write-heads.ts'

export type Progress =
  /** More is to come. */
  | 'more'
  | 'complete'
  /** From now on bytes go both ways as they are. */
  | 'upgraded'
  /** It is no answer, or not that of its head. */
  | 'broken'

export interface AnswerClient {
  write(head: string, body: Buffer | undefined): void
  /** Whether the client's connection can stay after this answer. */
  mayStay(): boolean
}

export interface Answer {
  /** Keeps nothing of the chunk itself. */
  take(chunk: Buffer): Progress
  /** The backend ended its side. */
  end(): Progress
  /** Of the final answer; 0 before its head has come. */
  status(): number
  /** Bytes of its body. */
  bytes(): number
  /** The backend takes another request on its connection. */
  backendStays(): boolean
  /** What was promised to the client. */
  clientStays(): boolean
}

const empty: Buffer = Buffer.alloc(0)
// A backend that only ever says "100 Continue" never answers.
const mostInterim = 8

export function createAnswer(options: {
  request: RequestHead
  client: AnswerClient
  headBytes: number
  limits: HeadLimits
}): Answer {
  const { request, client, headBytes, limits } = options
  let head = empty
  let body: Body | undefined
  let interim = 0
  let clientStays = false
  let backendStays = false
  let status = 0
  let untilEnd = false

  const takeHead = (chunk: Buffer): Progress => {
    const bytes = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    const end = bytes.indexOf(headEnd)
    if (end < 0 || end > headBytes) {
      // The chunk is not its own to keep.
      head = bytes === chunk ? Buffer.from(chunk) : bytes
      return head.length > headBytes ? 'broken' : 'more'
    }
    const parsed = parseResponseHead(bytes.toString('latin1', 0, end), request.method, limits)
    if (isProblem(parsed)) return 'broken'
    const rest = bytes.subarray(end + headEnd.length)
    head = empty
    if (parsed.status === 101) {
      if (!request.upgrade) return 'broken'
      status = 101
      client.write(writeResponseHead(parsed, request, true), rest)
      return 'upgraded'
    }
    if (parsed.status < 200) {
      // What HTTP/1.0 does not know.
      if (request.minor === 1) client.write(writeResponseHead(parsed, request, true), undefined)
      if (++interim > mostInterim) return 'broken'
      return rest.length === 0 ? 'more' : takeHead(rest)
    }
    status = parsed.status
    untilEnd = parsed.framing === 'close'
    backendStays = parsed.keepAlive && request.minor === 1
    // A client of HTTP/1.0 knows no chunks: it is given them as they are only if the backend breaks the rules.
    clientStays = !untilEnd && request.keepAlive && client.mayStay()
    body = createBody(parsed.framing)
    const text = writeResponseHead(parsed, request, clientStays)
    return takeBody(body, rest, text)
  }

  const takeBody = (body: Body, chunk: Buffer, text: string): Progress => {
    const used = body.take(chunk, 0)
    if (used < 0) return 'broken'
    if (used > 0 || text !== '') client.write(text, used === chunk.length ? chunk : chunk.subarray(0, used))
    // More than it promised: whatever follows is not to be trusted.
    if (used < chunk.length) backendStays = false
    return body.isComplete() ? 'complete' : 'more'
  }

  return {
    take: (chunk) => (body === undefined ? takeHead(chunk) : takeBody(body, chunk, '')),
    end: () => (untilEnd ? 'complete' : 'broken'),
    status: () => status,
    bytes: () => body?.taken() ?? 0,
    backendStays: () => backendStays,
    clientStays: () => clientStays,
  }
}
