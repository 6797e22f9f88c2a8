/** A table that is shown again and again: on a screen of its own, below each other, or as lines of JSON. */
import type { Frame } from '../frame/frame.ts'
import { interruptions } from '../frame/interruption.ts'
import { lookOf } from '../frame/streams.ts'
import type { Look } from '../render/look.ts'

export interface ShowOptions<Document> {
  intervalMs: number
  /** How many tables, in place of a screen. @default without a terminal: no end, and one with --json */
  rounds?: number | undefined
  look(): Promise<Document>
  text(document: Document, look: Look): string
}

/** Until somebody has seen enough. */
export async function showRounds<Document extends object>(
  { output }: Frame,
  { intervalMs, rounds, look, text }: ShowOptions<Document>,
): Promise<void> {
  const { inRounds } = await import('./rounds.ts')
  const quit = new AbortController()
  const stop = () => quit.abort()
  const { signal } = quit
  const { stdin, stdout } = process
  using _signals = interruptions(stop)
  // Whoever reads it has seen enough.
  stdout.once('error', stop)
  if (output.json || rounds !== undefined || !stdout.isTTY) {
    let isFirst = true
    const say = (document: Document) => {
      output.round({ document, text: (shape) => `${isFirst ? '' : '\n'}${text(document, shape)}` })
      isFirst = false
    }
    await inRounds({ look, show: say, intervalMs, rounds: rounds ?? (output.json ? 1 : Infinity), signal })
    return
  }
  const { openScreen } = await import('./screen.ts')
  let shown: Document | undefined
  const draw = () => {
    if (shown !== undefined) screen.draw(text(shown, lookOf(stdout)))
  }
  using screen = openScreen({ stdin, stdout, onQuit: stop, onResize: draw })
  const say = (document: Document) => {
    shown = document
    draw()
  }
  await inRounds({ look, show: say, intervalMs, rounds: Infinity, showFirst: true, signal })
}
