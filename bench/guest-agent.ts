/** Speaks with qemu-guest-agent on the host's end of its channel: one JSON object a line. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

export interface GuestAgent extends AsyncDisposable {
  /** Answers what the command returns. Throws after 10 s. */
  execute(command: string, options?: Record<string, unknown>): Promise<unknown>
}

const answerMs = 10_000

/** Connects and finds the beginning of the stream, as its protocol asks of a new client. */
export async function connectGuestAgent(socketPath: string): Promise<GuestAgent> {
  const socket = connect(socketPath)
  await once(socket, 'connect')
  socket.setTimeout(answerMs, () => socket.destroy(new Error('qemu-guest-agent did not answer')))
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()

  const execute = async (command: string, options?: Record<string, unknown>): Promise<unknown> => {
    socket.write(`${JSON.stringify({ execute: command, arguments: options })}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('qemu-guest-agent closed its channel')
    const answer = JSON.parse(value) as { return?: unknown; error?: { desc: string } }
    if (answer.error) throw new Error(answer.error.desc)
    return answer.return
  }

  const mark = Math.floor(Math.random() * 2 ** 31)
  while ((await execute('guest-sync', { id: mark })) !== mark);
  return {
    execute,
    [Symbol.asyncDispose]: async () => {
      socket.destroy()
    },
  }
}
