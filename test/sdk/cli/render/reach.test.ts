import t from 'tap'
import { reachedAt, reachedText } from '../../../../sdk/cli/render/reach.ts'

const forwards = [
  { hostPort: 8080, guestAddress: '10.0.2.15', guestPort: 80 },
  { hostPort: 8025, guestAddress: '10.77.0.25', guestPort: 25 },
]

t.test('a machine on a bridge has an address, another the ports of its host', async (t) => {
  const onBridge = { address: '10.77.0.2/24', network: 'bridge', forwards: [] } as const
  t.equal(reachedAt(onBridge), '10.77.0.2/24')
  t.equal(reachedText(onBridge), 'its address is 10.77.0.2/24')
  const user = { address: '10.0.2.15/24', network: 'user', forwards } as const
  t.equal(reachedAt(user), '127.0.0.1:8080, 127.0.0.1:8025')
  t.equal(reachedText(user), 'reached by 127.0.0.1:8080 (to 10.0.2.15:80), 127.0.0.1:8025 (to 10.77.0.25:25)')
  t.equal(reachedAt({ ...user, forwards: [] }), 'none')
  t.match(reachedText({ ...user, forwards: [] }), /nothing reaches it/)
})
