import t from 'tap'
import type { Proxying } from '../../../proto/generated/route-messages.ts'
import { createAdmission, mostClients } from '../../../proxy/listening/admission.ts'
import { checkSharing, choose, type ProxiedRoute } from '../../../proxy/listening/choose.ts'
import { proxying, route } from '../../proto/routing/sample-routes.ts'

const served = (name: string, more: Partial<Proxying> = {}): ProxiedRoute => ({
  ...route(name),
  proxying: proxying('127.0.0.1:8001', more),
})

t.test('the most exact name wins, then the protocol', (t) => {
  const routes = [
    served('rest'),
    served('wild', { serverNames: ['*.example.org'] }),
    served('shop', { serverNames: ['shop.example.org'] }),
    served('shop-h2', { serverNames: ['shop.example.org'], alpn: ['h2'] }),
  ]
  const chosen = (name: string, alpn: string[] = []) => choose(routes, name, alpn)?.name
  t.equal(chosen('shop.example.org'), 'shop')
  t.equal(chosen('shop.example.org', ['http/1.1', 'h2']), 'shop-h2')
  t.equal(chosen('mail.example.org', ['h2']), 'wild')
  t.equal(chosen('a.mail.example.org'), 'rest', 'a star is one label')
  t.equal(chosen('example.org'), 'rest')
  t.equal(chosen(''), 'rest')
  t.equal(choose(routes.slice(1), 'localhost')?.name, undefined)
  t.equal(choose([served('h2', { alpn: ['h2'] })], '', ['http/1.1']), undefined)
  t.end()
})

t.test('which routes may share an address', (t) => {
  const conflict = (one: Partial<Proxying>, other: Partial<Proxying>) => {
    try {
      checkSharing(served('one', one), [served('other', other)])
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  const tls = { certificate: '/c', key: '/k' }
  t.match(conflict({}, {}), /plain TCP names no server/)
  t.match(conflict({ protocol: 'HTTP' }, { protocol: 'HTTP' }), /every other name/)
  t.equal(conflict({ protocol: 'HTTP', serverNames: ['a'] }, { protocol: 'HTTP' }), '')
  t.match(conflict({ serverNames: ['a', 'b'] }, { serverNames: ['b'] }), /both are for b/)
  t.equal(conflict({ serverNames: ['a'], alpn: ['h2'] }, { serverNames: ['a'] }), '')
  t.equal(conflict({ serverNames: ['a'] }, { protocol: 'HTTP', tls }), '')
  t.match(conflict({ serverNames: ['a'] }, { protocol: 'HTTP' }), /one needs TLS/)
  t.match(
    conflict({ protocol: 'HTTP', serverNames: ['a'], acceptProxyProtocol: true }, { protocol: 'HTTP' }),
    /PROXY/,
  )
  t.match(conflict({ protocol: 'UDP' }, { protocol: 'UDP' }), /UDP names/)
  t.equal(conflict({ protocol: 'UDP' }, {}), '', 'UDP has ports of its own')
  t.equal(conflict({}, { listen: '127.0.0.1:8002' }), '')
  t.end()
})

t.test('so many clients, in all and from one address', (t) => {
  const admission = createAdmission(() => ({ connections: 3, perClient: 2 }))
  const leave = admission.admit('a')
  admission.admit('a')
  t.equal(admission.admit('a'), undefined)
  admission.admit('b')
  t.equal(admission.admit('c'), undefined)
  leave?.()
  leave?.()
  t.equal(admission.clients, 2)
  t.ok(admission.admit('c'))
  t.equal(admission.refused, 2)
  t.equal(mostClients('Max open files            1048               4096                 files'), 500)
  t.equal(mostClients('Max open files            20               4096                 files'), 1)
  t.equal(
    mostClients('Max open files            unlimited               unlimited                 files'),
    Infinity,
  )
  t.end()
})
