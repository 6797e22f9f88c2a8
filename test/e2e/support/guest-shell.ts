/** A root shell on a guest's serial console: tests look at a guest from inside without the agent that they test. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'

export interface GuestShell extends AsyncDisposable {
  /** Runs a command line and answers what it printed. Throws when it fails, or takes longer than two minutes. */
  run(command: string): Promise<string>
  /** False when the machine's process has ended. */
  isOpen(): boolean
}

const commandTimeoutMs = 120_000

/** A command line that writes a file, whatever is in it. */
export function writing(path: string, text: string): string {
  return `echo ${Buffer.from(text).toString('base64')} | base64 --decode >${path}`
}

export async function openGuestShell(socketPath: string): Promise<GuestShell> {
  const socket = connect(socketPath)
  await once(socket, 'connect')
  socket.on('error', () => {})
  let received = ''
  let wake = () => {}
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    wake()
  })

  const waitFor = async (pattern: RegExp, what: string): Promise<RegExpExecArray> => {
    const deadline = AbortSignal.timeout(commandTimeoutMs)
    for (;;) {
      const found = pattern.exec(received)
      if (found) return found
      if (deadline.aborted) throw new Error(`the console did not answer to ${what}: ${received.slice(-500)}`)
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      const timer = setTimeout(resolve, 1000)
      await promise
      clearTimeout(timer)
    }
  }

  const run = async (command: string): Promise<string> => {
    const mark = randomBytes(6).toString('hex')
    received = ''
    // The terminal may echo the command, before or between what the shell prints: its output is what stands between
    // the last mark on a line of its own and the mark with the status.
    socket.write(
      `\x15echo ${mark.slice(0, 6)}""${mark.slice(6)}; { ${command}\n} </dev/null; echo "${mark}":$?:\n`,
    )
    const pattern = new RegExp(`${mark}\\r?\\n((?:(?!${mark}\\r?\\n)[\\s\\S])*?)(?<!")${mark}:(\\d+):`)
    const [, output = '', status] = await waitFor(pattern, command)
    const text = output.replaceAll('\r', '').replace(/\n$/, '')
    if (status !== '0') throw new Error(`${command} failed with ${status} in the guest: ${text}`)
    return text
  }

  await run(
    'stty -echo -onlcr cols 1000 2>/dev/null; bind "set enable-bracketed-paste off" 2>/dev/null; PS1=; true',
  )
  return {
    run,
    isOpen: () => !socket.destroyed,
    [Symbol.asyncDispose]: async () => {
      socket.destroy()
    },
  }
}
