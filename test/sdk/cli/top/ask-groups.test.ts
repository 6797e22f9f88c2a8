import t from 'tap'
import { askGroups } from '../../../../sdk/cli/top/ask-groups.ts'
import type { Machine } from '../../../../sdk/machine/machine.ts'
import { unlessAborted } from '../../../../sdk/machine/unless-aborted.ts'
import type { LockHolder } from '../../../../sdk/store/locks.ts'

/** A machine whose agent never answers. */
function silentMachine(heldBy: () => LockHolder | undefined) {
  const never = () => new Promise<never>(() => {})
  const machine: Pick<Machine, 'name' | 'groups' | 'heldBy'> = {
    name: 'shop',
    groups: async (options) => await unlessAborted(never, options?.signal),
    heldBy,
  }
  return machine as Machine
}

t.test('an operation that begins breaks a question off', async (t) => {
  let holder: LockHolder | undefined
  const asked = askGroups(
    silentMachine(() => holder),
    new AbortController().signal,
  )
  holder = { operation: 'split-1', owner: { pid: 4711, startTicks: 7 } }
  await t.rejects(asked, { code: 'MACHINE_BUSY', message: /split-1 \(process 4711\)/ })
})

t.test('so does a machine that is deleted meanwhile, and who does not want to know any more', async (t) => {
  const gone = silentMachine(() => {
    throw new Error('there is no machine shop')
  })
  await t.rejects(askGroups(gone, new AbortController().signal), { message: 'there is no machine shop' })
  const quit = new AbortController()
  const asked = askGroups(
    silentMachine(() => undefined),
    quit.signal,
  )
  quit.abort(new Error('enough'))
  await t.rejects(asked, { message: 'enough' })
})
