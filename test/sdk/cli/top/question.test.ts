import t from 'tap'
import { createQuestion } from '../../../../sdk/cli/top/question.ts'

const always = { share: 1, longestMs: 0 }
const peer = 'the agent of shop'

t.test('whoever answers is waited for', async (t) => {
  let asked = 0
  const ask = async () => {
    await new Promise(setImmediate)
    asked += 1
    return asked
  }
  const question = createQuestion({ ask, pace: always, peer })
  t.equal(await question.look(), 1)
  t.equal(await question.look(), 2)
})

t.test('an answer serves until it is time to ask again', async (t) => {
  let asked = 0
  const ask = async () => {
    asked += 1
    await new Promise((resolve) => setTimeout(resolve, 20))
    return asked
  }
  const question = createQuestion({ ask, pace: { share: 1e-6, longestMs: 60_000 }, peer })
  t.equal(await question.look(), 1)
  t.equal(await question.look(), 1)
  t.equal(asked, 1)
})

t.test('who failed to answer is waited for no more, until an answer has come', async (t) => {
  const answers: PromiseWithResolvers<string>[] = []
  const ask = () => {
    const answer = Promise.withResolvers<string>()
    answers.push(answer)
    return answer.promise
  }
  const question = createQuestion({ ask, pace: always, peer, patienceMs: 20 })
  const silent = { code: 'NO_ANSWER', message: `${peer} has not answered yet` }
  await t.rejects(question.look(), silent)
  await t.rejects(question.look(), silent)
  t.equal(answers.length, 1, 'one question at a time')
  answers[0]?.reject(new Error('it hangs'))
  await question.settled()
  await t.rejects(question.look(), { message: 'it hangs' }, 'the last error while it is asked again')
  answers[1]?.resolve('here')
  await question.settled()
  const third = question.look()
  answers[2]?.resolve('here again')
  t.equal(await third, 'here again', 'who answers is waited for again')
})
