import t from 'tap'
import { recoveredText } from '../../../../sdk/cli/frame/with-cleave.ts'

t.test('who recovers an operation is told what its groups lack', async (t) => {
  const recovered = { operation: 'split-1', machine: 'vm', outcome: 'finished' } as const
  const what = 'split-1 of vm, which was interrupted, was finished'
  t.equal(recoveredText(recovered), what)
  const failure = { machine: 'back', group: 'shop', unit: 'shop.service', reason: 'no memory' }
  const disk = { ...failure, unit: '', reason: 'no such disk' }
  t.equal(
    recoveredText({ ...recovered, failures: [failure, disk] }),
    `${what}, but shop.service of shop did not start in back: no memory; shop has no disk in back yet: no such disk`,
  )
  t.match(
    recoveredText({ ...recovered, outcome: 'undone', failures: [failure] }),
    /taken back, but shop.service/,
  )
  t.match(
    recoveredText({ ...recovered, failures: Array(7).fill(failure) }),
    /no memory; and 2 more, see: cleave operations show split-1$/,
  )
})
