import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { RefusedError, UnansweredError } from '../../../proto/errors.ts'
import { whileAlive } from '../../../sdk/guest/while-alive.ts'

const silence = new UnansweredError({ code: 'NO_ANSWER', message: 'nothing came', remedy: 'Ask again.' })
const refusal = new RefusedError({ code: 'BUSY', message: 'it is busy', remedy: 'Ask again.' })

/** A call that has no answer until it is given up, with answers to the questions that are asked meanwhile. */
function silentCall(answers: readonly (Error | undefined)[]) {
  const { promise, reject, resolve } = Promise.withResolvers<string>()
  let asked = 0
  const answer = whileAlive(promise, {
    probe: async () => {
      const next = answers[asked++]
      if (next !== undefined) throw next
    },
    giveUp: async () => reject(silence),
    everyMs: 1,
  })
  return { answer, resolve, asked: () => asked }
}

t.test('a call whose guest says nothing any more is given up', async (t) => {
  const { answer, asked } = silentCall([undefined, silence, refusal, silence, silence])
  await t.rejects(answer, silence)
  t.equal(asked(), 5, 'after two silences in a row: an error that is told is an answer')
})

t.test('a call that takes long is waited for while the guest answers', async (t) => {
  const { answer, asked, resolve } = silentCall([])
  while (asked() < 5) await delay(1)
  resolve('done')
  t.equal(await answer, 'done')
  const before = asked()
  await delay(10)
  t.equal(asked(), before, 'nothing is asked after it')
})

t.test('an answer does not wait for a question that has none yet', async (t) => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const call = whileAlive(promise, {
    probe: () => {
      resolve('done')
      return new Promise(() => {})
    },
    giveUp: async () => void t.fail('it is not given up'),
    everyMs: 1,
  })
  t.equal(await call, 'done')
})
