import t from 'tap'
import { command } from '../../../packaging/make/command.ts'

t.test('gives what was printed', async (t) => {
  t.equal(await command(['echo', 'a b'], { timeout: 10 }), 'a b')
  t.equal(await command(['printenv', 'WORD'], { timeout: 10, environment: { WORD: 'x y' } }), 'x y')
})

t.test('a failure says what the program said last', async (t) => {
  await t.rejects(command(['ls', '/does/not/exist'], { timeout: 10 }), {
    code: 'BUILD_FAILED',
    message: /^ls failed: .*\/does\/not\/exist/,
  })
  await t.rejects(command(['no-such-program'], { timeout: 10 }), {
    code: 'BUILD_FAILED',
    message: /no-such-program/,
  })
})

t.test('nothing runs without a bound, or on behind an abort', async (t) => {
  await t.rejects(command(['sleep', '60'], { timeout: 0.1 }), { code: 'BUILD_FAILED', message: /timed out/ })
  const abort = new AbortController()
  const running = command(['sleep', '60'], { timeout: 60, signal: abort.signal })
  abort.abort(new Error('enough'))
  await t.rejects(running, { message: 'enough' })
})
