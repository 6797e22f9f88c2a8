/** A terminal on a machine's serial console. */
import { once } from 'node:events'
import { createConnection } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { UnavailableError } from '../../../proto/errors.ts'

export interface ConsoleOptions {
  /** `Hypervisor.consoleSocket` of the machine. One terminal at a time: the next one waits. */
  socket: string
  /** Put into raw mode while attached, when it is a terminal. @default process.stdin */
  input?: Readable
  /** @default process.stdout */
  output?: Writable
}

/** Control and ]: the key that leaves, as in telnet and virsh. It never reaches the guest. */
export const escapeByte = 0x1d

/**
 * Passes every key to the guest and all that it prints back, until the user leaves or the machine ends.
 *
 * @returns who ended it
 * @throws UnavailableError `NO_CONSOLE` when nothing listens there
 */
export async function attachConsole(options: ConsoleOptions): Promise<'left' | 'machine-ended'> {
  const { socket: path, input = process.stdin, output = process.stdout } = options
  const guest = createConnection({ path })
  try {
    await once(guest, 'connect')
  } catch (error) {
    throw new UnavailableError({
      code: 'NO_CONSOLE',
      message: `there is no console at ${path}`,
      remedy: 'Start the machine: a console lives as long as its machine runs.',
      cause: error,
    })
  }
  const ended = Promise.withResolvers<'left' | 'machine-ended'>()
  const onKeys = (keys: Buffer) => {
    const leaving = keys.indexOf(escapeByte)
    guest.write(leaving < 0 ? keys : keys.subarray(0, leaving))
    if (leaving >= 0) ended.resolve('left')
  }
  const onEnd = () => ended.resolve('left')
  // Why it closed does not matter: a machine that is ended hangs up.
  guest.on('error', () => {})
  guest.on('close', () => ended.resolve('machine-ended'))
  guest.pipe(output, { end: false })
  setRawMode(input, true)
  input.on('data', onKeys)
  input.on('end', onEnd)
  try {
    return await ended.promise
  } finally {
    input.off('data', onKeys)
    input.off('end', onEnd)
    input.pause()
    setRawMode(input, false)
    guest.destroy()
  }
}

function setRawMode(input: Readable, mode: boolean): void {
  const terminal = input as Partial<ReadStream>
  if (terminal.isTTY) terminal.setRawMode?.(mode)
}
