import t from 'tap'
import { findRights, hasCapability, mayUse, realTimeLimit } from '../../../../sdk/hypervisor/qemu/rights.ts'

t.test('a capability is one bit of those that are in effect', async (t) => {
  const root = 'Name:\tnode\nCapEff:\t000001ffffffffff\n'
  // All but bit 12.
  const almost = 'CapEff:\t000001ffffffefff\n'
  const only = 'CapPrm:\t000001ffffffffff\nCapEff:\t0000000000001000\n'
  t.same(
    [root, almost, only, 'CapEff:\t0000000000000000\n', ''].map((status) => hasCapability(status, 12n)),
    [true, false, true, false, false],
  )
})

t.test('the limit of real-time priority that is in effect', async (t) => {
  const limits = (soft: string, hard: string) =>
    `Max nice priority         0                    0                    \nMax realtime priority     ${soft.padEnd(21)}${hard.padEnd(21)}\n`
  t.equal(realTimeLimit(limits('0', '95')), 0)
  t.equal(realTimeLimit(limits('1', '1')), 1)
  t.equal(realTimeLimit(limits('unlimited', 'unlimited')), 99)
  t.equal(realTimeLimit(''), 0)
})

t.test('of this very process', async (t) => {
  const isRoot = process.getuid?.() === 0
  const rights = await findRights()
  t.same(Object.keys(rights), ['administersNetwork', 'opensTun', 'givesPrecedence'])
  if (!isRoot) t.notOk(rights.administersNetwork)
  t.ok(await mayUse('/dev/null'))
  t.notOk(await mayUse('/dev/nothing-here'))
})
