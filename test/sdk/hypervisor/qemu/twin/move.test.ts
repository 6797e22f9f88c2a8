import t from 'tap'
import { copyBound, forgetsWrites } from '../../../../../sdk/hypervisor/qemu/twin/move.ts'
import { machineRecord } from '../../../store/machine-record.ts'

const piece = { id: 'memory-0', sizeMiB: 256, slot: 0, address: 2 ** 32, file: '/dev/shm/shop.ram.memory-0' }
const plugged = { bootCpus: 1, bootMemoryMiB: 1024, presentCpus: 2, memory: [piece] }

t.test('only an emulated machine with plugged memory has to stand still', async (t) => {
  t.equal(forgetsWrites(machineRecord({ plugged }), 'tcg'), true)
  t.equal(forgetsWrites(machineRecord({ plugged }), 'kvm'), false)
  t.equal(forgetsWrites(machineRecord({ plugged: { ...plugged, memory: [] } }), 'tcg'), false)
  t.equal(forgetsWrites(machineRecord(), 'tcg'), false)
})

t.test('there is time for all of its memory', async (t) => {
  const booted = machineRecord({ memoryMiB: 1024 })
  t.ok(copyBound({ ...booted, plugged }) > copyBound(booted))
  t.ok(copyBound(booted, booted) > copyBound(booted))
})
