import fc from 'fast-check'
import t from 'tap'
import { discoveredName, toName, unusedName } from '../../../../agent/group/grouping/names.ts'
import { isName } from '../../../../proto/names.ts'
import { sampleProcess } from '../sample-facts.ts'

const nameOf = (
  ...members: { unit?: string; userUnit?: string; user?: string; name?: string; pid?: number }[]
) =>
  discoveredName(
    members.map(({ pid = 100, userUnit = '', ...fields }) => ({
      process: sampleProcess(pid, fields),
      userUnit,
    })),
  )

t.test('units name a group before anything else', (t) => {
  t.equal(nameOf({ unit: 'nginx.service' }), 'nginx')
  t.equal(nameOf({ unit: 'shop.service' }, { unit: 'nginx.service' }, { name: 'x' }), 'nginx')
  t.equal(nameOf({ unit: 'postgresql@15-main.service' }), 'postgresql-15-main')
  t.equal(nameOf({ unit: 'my\\x2dapp.service' }), 'my-app')
  t.equal(nameOf({ unit: 'session-3.scope', user: 'anna' }), 'anna-session-3')
  t.equal(nameOf({ unit: 'session-3.scope', user: 'anna' }, { unit: 'cron.service' }), 'cron')
  t.equal(nameOf({ unit: 'user@1000.service', userUnit: 'sync.service', user: 'anna' }), 'anna-sync')
  t.equal(nameOf({ name: 'python3', pid: 812 }, { name: 'sh', pid: 811 }), 'sh-811')
  t.equal(nameOf({ name: '(((', pid: 7 }), '7')
  t.end()
})

t.test('any text becomes a valid name, and stays different from those that are taken', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(20), (text, count) => {
      const taken = new Set<string>()
      for (let index = 0; index <= count; index++) {
        const name = unusedName(toName(text), taken)
        if (!isName(name) || taken.has(name)) return false
        taken.add(name)
      }
      return true
    }),
  )
  fc.assert(fc.property(fc.string().filter(isName), (name) => toName(name) === name))
  t.end()
})
