/** Shows how far an operation is. */
import type { Operation } from '../../operation/operation.ts'
import { begunLine, stepLine } from '../render/step-line.ts'
import { lookOf } from './streams.ts'

const clearLine = '\r\x1b[K'

/** Writes a line for each step until the operation ends; on a terminal also what is under way. */
export async function showProgress(operation: Operation<unknown>, stream: NodeJS.WriteStream): Promise<void> {
  const look = lookOf(stream)
  let isShowing = false
  const clear = () => {
    if (isShowing) stream.write(clearLine)
    isShowing = false
  }
  for await (const event of operation.events()) {
    const line = stepLine(event, look)
    if (line !== undefined) {
      clear()
      stream.write(`${line}\n`)
    }
    if (event.type === 'step-begun' && stream.isTTY) {
      clear()
      stream.write(begunLine(event.step, look))
      isShowing = true
    }
  }
  clear()
}
