import fc from 'fast-check'
import t from 'tap'
import { inUse, planResize, pluggedOf, rangesOf, resizedFields } from '../../../sdk/planning/resources.ts'
import type { PluggedMemory } from '../../../sdk/store/records.ts'
import { machineRecord } from '../store/machine-record.ts'

const mebibyte = 1024 * 1024
const block = 128

function guestOf(inUseMiB: number, presentMiB = inUseMiB) {
  return {
    memoryBytes: inUseMiB * mebibyte,
    memoryPresentBytes: presentMiB * mebibyte,
    memoryBlockBytes: block * mebibyte,
  }
}

function piece(slot: number, sizeMiB = 256): PluggedMemory {
  return { id: `memory-${slot}`, sizeMiB, slot, address: (4 + slot) * 2 ** 30, file: `/dev/shm/m${slot}` }
}

t.test('what rests is used before anything is plugged in, and the guest uses the difference', (t) => {
  const blocks = fc.nat(64)
  fc.assert(
    fc.property(blocks, blocks, blocks, (used, resting, wanted) => {
      const machine = machineRecord({ memoryMiB: 128 + used * block })
      const guest = guestOf(machine.memoryMiB, machine.memoryMiB + resting * block)
      const memoryMiB = 128 + wanted * block
      const plan = planResize({ machine, guest, mostCpus: 16, request: { memoryMiB } })
      const there = guest.memoryPresentBytes + plan.plugMiB * mebibyte
      return (
        plan.guestBytes === memoryMiB * mebibyte &&
        there >= plan.guestBytes &&
        (plan.plugMiB === 0 || there === plan.guestBytes)
      )
    }),
  )
  t.end()
})

t.test('what is left out stays, and what was plugged in last goes first', (t) => {
  const memory = [piece(0), piece(1, 128)]
  const machine = machineRecord({
    cpus: 2,
    memoryMiB: 1024,
    plugged: { bootCpus: 1, bootMemoryMiB: 640, presentCpus: 2, memory },
  })
  const plan = planResize({ machine, guest: guestOf(1024), mostCpus: 16, request: { cpus: 1 } })
  t.match(plan, { cpus: 1, memoryMiB: 1024, plugMiB: 0, guestBytes: 1024 * mebibyte })
  t.same(plan.from, [
    { address: 5 * 2 ** 30, bytes: 128 * mebibyte },
    { address: 4 * 2 ** 30, bytes: 256 * mebibyte },
  ])
  t.end()
})

t.test('refusals say what can be had', (t) => {
  const machine = machineRecord({ cpus: 1, memoryMiB: 1000 })
  const plan = (request: { cpus?: number; memoryMiB?: number }) =>
    planResize({ machine, guest: guestOf(1024), mostCpus: 16, request })
  for (const request of [{ cpus: 0 }, { cpus: 1.5 }, { memoryMiB: 100 }, { memoryMiB: Number.NaN }])
    t.throws(() => plan(request), { code: 'BAD_RESOURCES' })
  t.throws(() => plan({ cpus: 17 }), { code: 'TOO_MANY_CPUS', message: /16 .* 17/ })
  const step = { code: 'BAD_RESOURCES', message: /steps of 128 MiB/, remedy: /1256 MiB/ }
  t.throws(() => plan({ memoryMiB: 1280 }), step)
  t.match(plan({ memoryMiB: 1256 }), { plugMiB: 256 })
  t.end()
})

t.test('only what rests whole is not in use', (t) => {
  const memory = [piece(0), piece(1)]
  t.same(inUse(memory, []), memory)
  t.same(inUse(memory, rangesOf([piece(1)])), [piece(0)])
  t.same(inUse(memory, rangesOf([piece(1, 128)])), memory)
  t.same(inUse(memory, [{ address: 0, bytes: 2 ** 40 }]), [])
  t.end()
})

t.test('a machine that is as it booted has nothing plugged in', (t) => {
  const plugged = pluggedOf(machineRecord({ cpus: 2, memoryMiB: 512 }))
  t.same(plugged, { bootCpus: 2, bootMemoryMiB: 512, presentCpus: 2, memory: [] })
  t.same(resizedFields({ cpus: 2, memoryMiB: 512, plugged }), { cpus: 2, memoryMiB: 512, plugged: undefined })
  for (const other of [
    { cpus: 1, memoryMiB: 512, plugged },
    { cpus: 2, memoryMiB: 384, plugged },
    { cpus: 2, memoryMiB: 512, plugged: { ...plugged, presentCpus: 3 } },
    { cpus: 2, memoryMiB: 512, plugged: { ...plugged, memory: [piece(0)] } },
  ])
    t.same(resizedFields(other), other)
  t.end()
})
