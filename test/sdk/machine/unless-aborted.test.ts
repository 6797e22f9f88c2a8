import t from 'tap'
import { unlessAborted } from '../../../sdk/machine/unless-aborted.ts'

t.test('work, until somebody breaks it off', async (t) => {
  const quit = new AbortController()
  t.equal(await unlessAborted(async () => 1, undefined), 1)
  t.equal(await unlessAborted(async () => 2, quit.signal), 2)
  const failing = async () => {
    throw new Error('it failed')
  }
  await t.rejects(unlessAborted(failing, quit.signal), { message: 'it failed' })
  const endless = unlessAborted(() => new Promise(() => {}), quit.signal)
  quit.abort(new Error('enough'))
  await t.rejects(endless, { message: 'enough' })
  await t.rejects(
    unlessAborted(async () => t.fail(), quit.signal),
    { message: 'enough' },
    'it is not even begun',
  )
})
