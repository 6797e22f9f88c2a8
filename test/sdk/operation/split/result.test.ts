import t from 'tap'
import type { IdentityItem } from '../../../../proto/generated/messages.ts'
import type { SplitContext } from '../../../../sdk/operation/split/context.ts'
import { splitResult } from '../../../../sdk/operation/split/result.ts'
import { machineRecord } from '../../store/machine-record.ts'

t.test('an address that a child that booted could not bring up for its groups is told', (t) => {
  const item = (name: string, done: boolean): IdentityItem => ({
    item: name,
    done,
    detail: done ? '' : 'front has 10.77.0.9',
    milliseconds: 1,
  })
  const child = machineRecord({ name: 'post' })
  const context = {
    prepared: {
      operation: 'split-1',
      parent: machineRecord({ name: 'front' }),
      plan: { way: 'delta', children: [{ name: 'post', groups: ['mail'] }] },
      children: [child],
    },
    findings: {
      told: new Map(),
      settled: new Map(),
      established: new Map([['post', [item('machine-id', true)]]]),
      inherited: new Map([
        ['post', { groups: [], failures: [], identity: [item('service-addresses', false)], milliseconds: 1 }],
      ]),
    },
  } as unknown as SplitContext
  const [{ identity } = { identity: [] }] = splitResult(context, 0).children
  t.same(identity, [item('machine-id', true), item('service-addresses', false)])
  t.end()
})
