import t from 'tap'
import { unrestartable } from '../../../agent/group/restartable.ts'
import type { Process } from '../../../proto/generated/messages.ts'

const processOf = (pid: number, group: string, unit: string) =>
  ({ id: { pid, startTicks: 1 }, group, unit }) as Process

const pidsOf = (processes: Process[], group: string) =>
  unrestartable(processes)
    .get(group)
    ?.map(({ pid }) => pid)

t.test('a service that is the group’s alone starts its processes again', async (t) => {
  const shop = [processOf(1, 'shop', 'nginx.service'), processOf(2, 'shop', 'nginx.service')]
  t.same(unrestartable(shop), new Map())
  const shared = [...shop, processOf(3, 'mail', 'nginx.service')]
  t.same(pidsOf(shared, 'shop'), [1, 2], 'the other group would be started, too')
  t.same(pidsOf(shared, 'mail'), [3])
  const helper = [...shop, processOf(3, '', 'nginx.service')]
  t.same(pidsOf(helper, 'shop'), [1, 2], 'infrastructure is somebody else')
})

t.test('nothing else does', async (t) => {
  const units = [
    '',
    'session-1.scope',
    'user@1000.service',
    'serial-getty@ttyS0.service',
    'getty@tty1.service',
    'run-u12.service',
    'run-r0a1b.service',
    'a/b.service',
  ]
  for (const unit of units) t.same(pidsOf([processOf(1, 'shell', unit)], 'shell'), [1], unit)
  t.same(unrestartable([processOf(1, '', '')]), new Map(), 'infrastructure comes by itself')
})
