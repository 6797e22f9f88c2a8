/** Two groups with processes of their own and some in a cgroup that they share, and a plan that parts them. */
import type { Test } from 'tap'
import { freezeLine } from '../../../proto/adopter.ts'
import type { QuiesceRequest } from '../../../proto/generated/messages.ts'
import type { RealGuest } from '../group/control/real-guest.ts'
import { createSampleRoot } from '../identity/sample-root.ts'
import { childOf, type Machine } from './sample-machine.ts'

/** A process that appends to a file as long as it runs, and also when it is asked to end. */
export const witness = (file: string) =>
  `trap 'echo asked >> ${file}; exit' TERM; echo begin > ${file}; echo ready; while :; do echo x >> ${file}; sleep 0.02; done`

export const createSample = () => createSampleRoot({ 'etc/machine-id': 'f'.repeat(32), 'tmp/empty': '' })

/** As a host does it. */
export async function freezeAll(t: Test, { split, order }: Machine, request: QuiesceRequest) {
  const quiesced = await split.quiesce(request)
  t.equal(await order(freezeLine), 'frozen')
  return quiesced
}

export async function startTwo(guest: RealGuest, file: (name: string) => string) {
  guest.describe('shop', { serviceAddresses: ['10.77.0.80/24'], units: ['shop.service'] })
  guest.describe('mail', {
    serviceAddresses: ['10.77.0.25/24'],
    units: ['mail.service', 'session-1.scope'],
  })
  const shared = guest.cgroup('shared')
  await guest.start({ group: 'shop', script: witness(file('shop')), cgroup: guest.cgroup('shop') })
  await guest.start({ group: 'shop', script: witness(file('shop-2')), cgroup: shared })
  await guest.start({ group: 'mail', script: witness(file('mail')), cgroup: guest.cgroup('mail') })
  await guest.start({ group: 'mail', script: witness(file('mail-2')), cgroup: shared })
  return ['shop', 'shop-2', 'mail', 'mail-2'].map(file)
}

export const planOf = (front: string[], back: string[], operationId = 'split-1') => ({
  operationId,
  children: [childOf('front', '1', front), childOf('back', '2', back)],
  replicated: [] as string[],
  grouping: 'GROUPING_UNSPECIFIED' as const,
})
export const plan = planOf(['shop'], ['mail'])
export const operation = { operationId: 'split-1' }
