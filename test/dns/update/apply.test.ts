import fc from 'fast-check'
import t from 'tap'
import { applyUpdate } from '../../../dns/update/apply.ts'
import { checkPrerequisites } from '../../../dns/update/prerequisites.ts'
import { layered } from '../../../dns/zone/layers.ts'
import { recordsOf } from '../../../dns/zone/records.ts'
import type { NodeChange } from '../../../dns/zone/zone.ts'
import { createZone, type Node } from '../../../dns/zone/zone.ts'
import type { ResourceRecord } from '../../../proto/dns/message.ts'
import { rcodes, typeNumber } from '../../../proto/dns/numbers.ts'
import { record, textOf } from '../support/messages.ts'
import { sampleZone } from '../support/sample-zone.ts'

const origin = 'example.org.'

/** `delete NAME TYPE` for a set, `delete NAME 0 TYPE DATA` for a record, else what to add. */
function change(text: string): ResourceRecord {
  if (!text.startsWith('delete ')) return record(text)
  const [, name = '', ...rest] = text.split(' ')
  const [type = ''] = rest
  if (rest.length > 1) return { ...record(text.slice('delete '.length)), class: 254 }
  return { name, type: typeNumber(type), class: 255, ttl: 0, data: Buffer.alloc(0) }
}

function update(lines: string[], live: Record<string, Node> = {}) {
  const zone = sampleZone()
  const updated = applyUpdate({ origin, written: zone.node, live: (name) => live[name] }, lines.map(change))
  return updated.changes === undefined ? updated.rcode : updated.changes.map(shown)
}

function shown({ name, sets }: NodeChange): string[] | string {
  return sets === undefined ? `${name} gone` : sets.flatMap((set) => recordsOf(set)).map(textOf)
}

t.test('what updates do', async (t) => {
  t.same(update(['new.example.org. 5 A 10.1.1.1', 'NEW.example.org. 9 A 10.1.1.2']), [
    ['new.example.org. 9 A 10.1.1.1', 'new.example.org. 9 A 10.1.1.2'],
  ])
  t.same(update(['new.example.org. 0 A 10.1.1.1']), [['new.example.org. 1 A 10.1.1.1']], 'never without time')
  t.same(update(['delete ns.example.org. A']), ['ns.example.org. gone'])
  t.same(update(['delete www.example.org. 0 A 10.0.0.1', 'delete www.example.org. AAAA']), [
    ['www.example.org. 2 A 10.0.0.2'],
  ])
  t.same(update(['delete www.example.org. ANY']), ['www.example.org. gone'])
  t.same(update(['delete alias.example.org. 0 CNAME WWW.example.org.']), ['alias.example.org. gone'])
  t.same(update(['delete www.example.org. ANY', 'www.example.org. 3 CNAME ns.example.org.']), [
    ['www.example.org. 3 CNAME ns.example.org.'],
  ])
  t.same(update(['alias.example.org. 4 CNAME ns.example.org.']), [
    ['alias.example.org. 4 CNAME ns.example.org.'],
  ])
})

t.test('what they leave as it is', async (t) => {
  for (const same of [
    'ns.example.org. 2 A 127.0.0.1',
    'delete no.example.org. A',
    'delete www.example.org. 0 A 10.9.9.9',
    'www.example.org. 2 CNAME ns.example.org.',
    'alias.example.org. 2 A 10.0.0.1',
    'delete example.org. ANY',
    'delete example.org. SOA',
    'delete example.org. NS',
    'delete example.org. 0 NS ns.example.org.',
    'delete example.org. 0 SOA ns.example.org. hostmaster.example.org. 7 60 10 604800 3',
    'example.org. 2 CNAME www.example.org.',
    'example.org. 2 SOA ns.example.org. hostmaster.example.org. 6 60 10 604800 3',
    'www.example.org. 2 SOA ns.example.org. hostmaster.example.org. 9 60 10 604800 3',
  ]) {
    t.same(update([same]), [], same)
  }
})

t.test("the zone's own records", async (t) => {
  t.match(update(['example.org. 2 SOA ns.example.org. hostmaster.example.org. 9 60 10 604800 3']), [
    [/ 9 60/, / NS /],
  ])
  t.match(update(['example.org. 2 NS other.example.org.', 'delete example.org. 0 NS ns.example.org.']), [
    [/SOA/, /NS other/],
  ])
})

t.test('what is refused is refused as a whole', async (t) => {
  const good = 'new.example.org. 5 A 10.1.1.1'
  t.equal(update([good, 'new.example.com. 5 A 10.1.1.1']), rcodes.NOTZONE)
  t.equal(update([good, 'delete www.example.org. TYPE252']), rcodes.FORMERR)
  const live = { 'new.example.org.': new Map([[1, { name: 'new.example.org.', type: 1, ttl: 2, data: [] }]]) }
  t.equal(update([good], live), rcodes.REFUSED, 'what a route gives')
  t.equal(update(['new.example.org. 5 CNAME www.example.org.'], live), rcodes.REFUSED)
  t.match(update(['new.example.org. 5 TXT x'], live), [['new.example.org. 5 TXT "x"']])
  const zone = sampleZone()
  const form = (more: Partial<ResourceRecord>) =>
    applyUpdate({ origin, written: zone.node, live: () => undefined }, [{ ...record(good), ...more }]).rcode
  t.equal(form({ class: 3 }), rcodes.FORMERR)
  t.equal(form({ class: 254 }), rcodes.FORMERR, 'a time for what goes')
  t.equal(form({ class: 255, ttl: 0 }), rcodes.FORMERR, 'data for a whole set')
  t.equal(form({ type: 255 }), rcodes.FORMERR)
})

t.test('to add and to delete it again changes nothing', (t) => {
  const line = fc.constantFrom(
    'new.example.org. 2 A 10.1.1.1',
    'a.new.example.org. 2 TXT x',
    'new.example.org. 2 A 10.1.1.2',
  )
  fc.assert(
    fc.property(fc.uniqueArray(line), (lines) => {
      const back = lines.map((one) => `delete ${one.replace(' 2 ', ' 0 ')}`)
      t.same(update([...lines, ...back]), [])
    }),
  )
  t.end()
})

t.test('prerequisites', async (t) => {
  const zone = sampleZone()
  const check = (...asked: Partial<ResourceRecord>[]) =>
    checkPrerequisites(
      zone,
      asked.map((one) => ({
        name: 'www.example.org.',
        type: 1,
        class: 255,
        ttl: 0,
        data: Buffer.alloc(0),
        ...one,
      })),
    )
  const is = (...texts: string[]) => check(...texts.map(record))
  t.equal(check({}), rcodes.NOERROR)
  t.equal(check({ type: 255 }), rcodes.NOERROR)
  t.equal(check({ type: 16 }), rcodes.NXRRSET)
  t.equal(check({ type: 255, name: 'no.example.org.' }), rcodes.NXDOMAIN)
  t.equal(check({ type: 255, name: 'deep.example.org.' }), rcodes.NXDOMAIN, 'a name without records')
  t.equal(check({ class: 254 }), rcodes.YXRRSET)
  t.equal(check({ class: 254, type: 16 }), rcodes.NOERROR)
  t.equal(check({ class: 254, type: 255 }), rcodes.YXDOMAIN)
  t.equal(check({ class: 254, type: 255, name: 'NO.example.org.' }), rcodes.NOERROR)
  t.equal(is('www.example.org. 0 A 10.0.0.2', 'WWW.example.org. 0 A 10.0.0.1'), rcodes.NOERROR)
  t.equal(is('alias.example.org. 0 CNAME WWW.example.org.'), rcodes.NOERROR)
  t.equal(is('www.example.org. 0 A 10.0.0.1'), rcodes.NXRRSET, 'not all of it')
  t.equal(is('ns.example.org. 0 A 127.0.0.1', 'ns.example.org. 0 A 127.0.0.2'), rcodes.NXRRSET)
  t.equal(check({ ttl: 1 }), rcodes.FORMERR)
  t.equal(check({ data: Buffer.of(1, 2, 3, 4) }), rcodes.FORMERR)
  t.equal(check({ class: 3 }), rcodes.FORMERR)
  t.equal(check({ name: 'www.example.com.' }), rcodes.NOTZONE)
})

t.test('records of routes come before those that were written', async (t) => {
  const name = 'x.example.org.'
  const node = (...sets: [number, number][]): Node =>
    new Map(sets.map(([type, ttl]) => [type, { name, type, ttl, data: [] }]))
  const types = (change: NodeChange) => change.sets?.map(({ type, ttl }) => [type, ttl])
  t.same(types(layered(name, { written: node([1, 2], [16, 2]), live: node([1, 3]) })), [
    [16, 2],
    [1, 3],
  ])
  t.same(types(layered(name, { written: node([5, 2]), live: node() })), [], 'no alias beside them')
  t.same(types(layered(name, { written: node([5, 2]) })), [[5, 2]])
  t.same(layered(name, {}), { name, sets: undefined })
  t.ok(createZone(origin))
})
