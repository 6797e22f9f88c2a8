import fc from 'fast-check'
import t from 'tap'
import { InvalidRequestError } from '../../../../proto/errors.ts'
import { parseForward } from '../../../../sdk/cli/arguments/forward.ts'

t.test('ports, and an address between them', async (t) => {
  t.same(parseForward('8080:80'), [{ hostPort: 8080, guestPort: 80 }])
  t.same(parseForward('8080:10.77.0.80:80', [{ hostPort: 1, guestPort: 2 }]), [
    { hostPort: 1, guestPort: 2 },
    { hostPort: 8080, guestPort: 80, guestAddress: '10.77.0.80' },
  ])
  for (const wrong of [
    '',
    '80',
    ':80',
    '80:',
    '0:80',
    '80:0',
    '65536:80',
    '8080:10.77.0:80',
    '8080:a:80',
    '1:2:3',
  ]) {
    t.throws(() => parseForward(wrong), { code: 'BAD_FORWARD' }, wrong)
  }
})

t.test('whatever is typed is a forward or an invalid request', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d:.]{0,30}$/)), (text) => {
      try {
        return parseForward(text).every(({ hostPort }) => hostPort > 0 && hostPort < 65_536)
      } catch (error) {
        return error instanceof InvalidRequestError
      }
    }),
  )
})
