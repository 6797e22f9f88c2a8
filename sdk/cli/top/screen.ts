/** A terminal as one screen that is drawn again and again. */
import type { ReadStream, WriteStream } from 'node:tty'
import { screenful } from '../render/screenful.ts'

export interface Screen extends Disposable {
  /** Draws a text of lines in place of what was there. What is wider or longer than the screen is cut. */
  draw(text: string): void
}

export interface ScreenOptions {
  stdin: ReadStream
  stdout: WriteStream
  /** Called for `q`, Ctrl+C and Ctrl+D. */
  onQuit(): void
  /** Called when the terminal has another size. */
  onResize(): void
}

// Another screen than the one with the shell's lines, no cursor, no line that wraps (xterm's control sequences).
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l'
const leave = '\x1b[?7h\x1b[?25h\x1b[?1049l'
const home = '\x1b[H'
// Before a line: behind one that is as wide as the screen it would take the last character.
const clearLine = '\x1b[2K'
const quitKeys = ['q', 'Q', '\x03', '\x04']
const usualRows = 24

/** Until it is disposed. The terminal is given back as it was also when the process ends by an error nobody caught. */
export function openScreen({ stdin, stdout, onQuit, onResize }: ScreenOptions): Screen {
  const onKeys = (keys: Buffer) => {
    if (quitKeys.some((key) => keys.includes(key))) onQuit()
  }
  let isOpen = true
  const restore = () => {
    if (!isOpen) return
    isOpen = false
    stdout.write(leave)
    if (stdin.isTTY) stdin.setRawMode(false)
  }
  process.once('exit', restore)
  stdout.on('resize', onResize)
  if (stdin.isTTY) stdin.setRawMode(true).on('data', onKeys).resume()
  stdout.write(enter)
  return {
    draw: (text) => {
      const lines = screenful(text, stdout.rows || usualRows)
      stdout.write(home + lines.map((line) => clearLine + line).join('\r\n'))
    },
    [Symbol.dispose]: () => {
      restore()
      process.off('exit', restore)
      stdout.off('resize', onResize)
      if (stdin.isTTY) stdin.off('data', onKeys).pause()
    },
  }
}
