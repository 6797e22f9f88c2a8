import fc from 'fast-check'
import t from 'tap'
import { InvalidRequestError, UnavailableError } from '../../../proto/errors.ts'
import { isName } from '../../../proto/names.ts'
import { allocate } from '../../../sdk/store/allocation.ts'
import type { MachineRecord } from '../../../sdk/store/records.ts'
import { machineRecord } from './machine-record.ts'

const bridgeAddress = '10.77.0.1/24'
const nothing = { machines: [], interfaces: [] }

/** Bytes that repeat themselves: a picker that did not look would pick the same twice. */
function repeatingBytes(): (size: number) => Uint8Array {
  let calls = 0
  return (size) => Buffer.alloc(size, Math.floor(calls++ / 2))
}

t.test('whatever is allocated is never allocated again', async () => {
  const name = fc.stringMatching(/^[a-z]([a-z-]{0,61}[a-z])?$/).filter(isName)
  fc.assert(
    fc.property(fc.array(name, { minLength: 2, maxLength: 30 }), (names) => {
      const machines: MachineRecord[] = []
      const bytes = repeatingBytes()
      for (const wished of [...names, ...names]) {
        const request = { name: wished, whenTaken: 'number', bridgeAddress } as const
        const allocation = allocate(request, { machines, interfaces: ['cleave2', 'lo'] }, bytes)
        machines.push(machineRecord(allocation))
      }
      for (const field of ['name', 'macAddress', 'address', 'tap'] as const) {
        const values = machines.map((machine) => machine[field])
        if (new Set(values).size !== values.length) throw new Error(`${field}: ${values}`)
      }
      if (!machines.every((machine) => isName(machine.name))) throw new Error('not a name')
      if (machines.some(({ tap }) => tap === 'cleave2' || tap.length > 15)) throw new Error('tap')
    }),
    { numRuns: 50 },
  )
})

t.test('addresses', async (t) => {
  t.equal(allocate({ name: 'a', bridgeAddress }, nothing, Buffer.alloc).address, '10.77.0.2/24')
  const reserved = ['10.77.0.2/24', '10.77.0.3']
  t.equal(allocate({ name: 'a', bridgeAddress, reserved }, nothing, Buffer.alloc).address, '10.77.0.4/24')
  const off = { name: 'a', bridgeAddress: '10.0.0.2/30' }
  t.throws(() => allocate(off, nothing, Buffer.alloc), { code: 'NO_ADDRESS' })
  t.throws(() => allocate(off, nothing, Buffer.alloc), UnavailableError)

  const kept = { name: 'a', bridgeAddress, address: '10.77.0.9/24', macAddress: '02:00:00:00:00:09' }
  t.match(allocate(kept, nothing, Buffer.alloc), { address: kept.address, macAddress: kept.macAddress })
})

t.test('the address of a machine that was split is free again', async (t) => {
  const split = machineRecord({ name: 'old', address: '10.77.0.2/24', state: 'split' })
  const taken = { machines: [split], interfaces: [] }
  t.equal(allocate({ name: 'new', bridgeAddress }, taken, Buffer.alloc).address, '10.77.0.2/24')
})

t.test('a MAC address has one receiver and is locally administered', async (t) => {
  const { macAddress } = allocate({ name: 'a', bridgeAddress }, nothing, (size) => Buffer.alloc(size, 255))
  t.equal(macAddress, '02:ff:ff:ff:ff:ff')
})

t.test('what is refused', async (t) => {
  const taken = { machines: [machineRecord({ name: 'shop' })], interfaces: [] }
  t.throws(() => allocate({ name: 'shop', bridgeAddress }, taken, Buffer.alloc), { code: 'MACHINE_EXISTS' })
  t.throws(() => allocate({ name: '../shop', bridgeAddress }, taken, Buffer.alloc), { code: 'BAD_NAME' })
  for (const bad of ['10.77.0.1', '10.77.0.1/31', '10.77.0.1/7', '10.77.0.256/24', '::1/64', '']) {
    const ask = () => allocate({ name: 'new', bridgeAddress: bad }, taken, Buffer.alloc)
    t.throws(ask, { code: 'BAD_SUBNET' }, bad)
    t.throws(ask, InvalidRequestError)
  }
})
