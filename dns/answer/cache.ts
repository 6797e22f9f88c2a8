/** Answers as bytes by questions as bytes: most are asked again and again until the zone changes. */
import type { Way } from './fit.ts'

export interface AnswerCache {
  /** Under the number of this question. */
  get(question: Buffer, way: Way): Buffer | undefined
  set(question: Buffer, way: Way, answer: Buffer): void
  clear(): void
}

// Bounds of memory: some 8 MB of usual answers. Whoever asks for names at random only makes it begin anew.
const mostAnswers = 16_384
const longestQuestion = 300
const longestAnswer = 1232

export function createAnswerCache(): AnswerCache {
  const answers = { datagram: new Map<string, Buffer>(), stream: new Map<string, Buffer>() }
  return {
    get: (question, way) => {
      const known = answers[way].get(keyOf(question))
      if (known === undefined) return undefined
      const answer = Buffer.from(known)
      answer[0] = question[0] ?? 0
      answer[1] = question[1] ?? 0
      return answer
    },
    set: (question, way, answer) => {
      if (question.length > longestQuestion || answer.length > longestAnswer) return
      const known = answers[way]
      if (known.size >= mostAnswers) known.clear()
      // Memory of its own: a small buffer of Node's is a part of 8 KB, and keeps all of them.
      const kept = Buffer.allocUnsafeSlow(answer.length)
      answer.copy(kept)
      known.set(keyOf(question), kept)
    },
    clear: () => {
      answers.datagram.clear()
      answers.stream.clear()
    },
  }
}

/** All of it but its number. */
function keyOf(question: Buffer): string {
  return question.toString('latin1', 2)
}
