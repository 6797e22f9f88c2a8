import fc from 'fast-check'
import t from 'tap'
import { drawMachineId, drawRandom, uuidOf } from '../../../agent/identity/random.ts'
import {
  checkEntropy,
  checkIdentity,
  checkWallClock,
  isHostname,
  isMachineId,
} from '../../../agent/identity/validate.ts'
import type { MachineIdentity } from '../../../proto/generated/messages.ts'
import { identityOf } from './sample-root.ts'

const network = identityOf().network ?? undefined

t.test('each field is checked before anything is done', (t) => {
  t.doesNotThrow(() => checkIdentity(identityOf()))
  t.doesNotThrow(() => checkIdentity(identityOf({ machineId: '', network: null })))
  const bad: Record<string, Partial<MachineIdentity>> = {
    'host name': { hostname: 'a\nb' },
    'machine id': { machineId: '0'.repeat(32) },
    interface: { network: { ...network, interface: '../../kernel' } as MachineIdentity['network'] },
    'MAC address': { network: { ...network, macAddress: '01:00:5e:00:00:01' } as MachineIdentity['network'] },
    address: {
      network: { ...network, addresses: ['10.0.0.1/24\nlink del eth0'] } as MachineIdentity['network'],
    },
    'more than 16': {
      network: { ...network, addresses: Array(17).fill('10.0.0.1/24') } as MachineIdentity['network'],
    },
    gateway: { network: { ...network, gateway: '10.0.0.1/24' } as MachineIdentity['network'] },
  }
  for (const [what, change] of Object.entries(bad)) {
    t.throws(() => checkIdentity(identityOf(change)), { code: 'BAD_IDENTITY', message: new RegExp(what) })
  }
  t.throws(() => checkIdentity(null), { code: 'BAD_IDENTITY' })
  for (const length of [31, 65]) {
    t.throws(() => checkEntropy(Buffer.alloc(length)), { message: new RegExp(`${length} bytes of entropy`) })
  }
  t.doesNotThrow(() => checkEntropy(Buffer.alloc(32)))
  t.throws(() => checkWallClock(0), { code: 'BAD_IDENTITY', message: /wall clock/ })
  t.doesNotThrow(() => checkWallClock(Date.now() * 1000))
  t.end()
})

t.test('host names and machine ids are what the files that they go to can hold', (t) => {
  for (const good of ['a', 'shop-1', 'shop.example.org', 'a'.repeat(63)]) t.ok(isHostname(good), good)
  for (const bad of ['', '-a', 'a-', 'a..b', 'A', 'a b', 'a\n', 'a'.repeat(64), `${'a'.repeat(60)}.bcde`]) {
    t.notOk(isHostname(bad), bad)
  }
  fc.assert(fc.property(fc.string(), (text) => !isHostname(text) || /^[a-z0-9.-]{1,64}$/.test(text)))
  fc.assert(fc.property(fc.string(), (text) => !isMachineId(text) || /^[0-9a-f]{32}$/.test(text)))
  t.end()
})

t.test('what is drawn differs by secret, by purpose and by time', (t) => {
  const draw = (fill: number, purpose: string) =>
    drawRandom({ secret: Buffer.alloc(32, fill), purpose, length: 16, root: '/' }).toString('hex')
  const drawn = [draw(1, 'a'), draw(1, 'a'), draw(2, 'a'), draw(1, 'b')]
  t.equal(new Set(drawn).size, 4)
  t.ok(isMachineId(drawMachineId(Buffer.alloc(32), '/')))
  t.match(uuidOf(Buffer.alloc(16, 255)), 'ffffffff-ffff-4fff-bfff-ffffffffffff')
  t.end()
})
