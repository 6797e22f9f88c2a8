/** The agent's priority while groups are down. */
import { getPriority } from 'node:os'
import t from 'tap'
import { ahead } from '../../../agent/merge/ahead.ts'

const isRoot = process.getuid?.() === 0

t.test('high for as long as the work takes, where that is allowed', async (t) => {
  const before = getPriority()
  const meanwhile = await ahead(async () => getPriority())
  t.equal(meanwhile, isRoot ? -14 : before)
  t.equal(getPriority(), before)
})

t.test('as before when the work failed', async (t) => {
  const before = getPriority()
  await t.rejects(
    ahead(async () => {
      throw new Error('it failed')
    }),
    { message: 'it failed' },
  )
  t.equal(getPriority(), before)
})

t.test(
  'goes on without when it may not have it',
  { skip: !isRoot && 'only root can give a right up' },
  async (t) => {
    process.seteuid?.('nobody')
    try {
      const before = getPriority()
      t.equal(await ahead(async () => getPriority()), before)
    } finally {
      process.seteuid?.('root')
    }
  },
)
