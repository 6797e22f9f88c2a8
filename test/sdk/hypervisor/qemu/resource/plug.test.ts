/** On a real QEMU, whose guest never starts: what it says of places is what we count on. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { mostCpus, plugCpus } from '../../../../../sdk/hypervisor/qemu/resource/cpus.ts'
import { placeMemory, plugMemory } from '../../../../../sdk/hypervisor/qemu/resource/memory.ts'
import type { PluggedResources } from '../../../../../sdk/store/records.ts'
import { machineRecord } from '../../../store/machine-record.ts'
import { startDisklessQemu } from '../diskless-qemu.ts'

t.test('processors come, and stay', async (t) => {
  const machine = machineRecord({ memoryMiB: 128, cpus: 2 })
  const { monitor } = await startDisklessQemu(t, machine)
  t.equal(await mostCpus(monitor), 17)
  t.equal(await plugCpus({ machine, count: 4, monitor }), 4)
  t.equal(await plugCpus({ machine, count: 1, monitor }), 4)
  t.equal(await plugCpus({ machine, count: 4, monitor }), 4)
  await t.rejects(plugCpus({ machine, count: 18, monitor }), { code: 'TOO_MANY_CPUS', message: /17/ })
  t.equal(await plugCpus({ machine, count: 17, monitor }), 17)
})

t.test('QEMU takes memory at the places that are chosen', async (t) => {
  for (const memoryMiB of [128, 2815, 2816, 6000]) {
    const folder = join(t.testdir(), 'memory')
    mkdirSync(folder, { mode: 0o700 })
    const machine = machineRecord({ memoryMiB, memoryFile: join(folder, 'shop.ram') })
    const { monitor } = await startDisklessQemu(t, machine)
    const wanted: PluggedResources = {
      bootCpus: 1,
      bootMemoryMiB: memoryMiB,
      presentCpus: 1,
      memory: [],
    }
    const place = (sizeMiB: number) =>
      placeMemory({ machine, memoryFile: machine.memoryFile, sizeMiB, monitor })
    const plug = (memory: PluggedResources['memory']) =>
      plugMemory({ machine, wanted: { ...wanted, memory }, others: [], monitor })
    const first = await place(128)
    await plug([first])
    const second = await place(256)
    await plug([first, second])
    await plug([first, second])
    t.same(readdirSync(folder).sort(), ['shop.ram.memory-0', 'shop.ram.memory-1'])
    const devices = await monitor.execute('query-memory-devices')
    t.same(
      devices.map(({ data }) => [data.slot, data.addr, data.size]),
      [first, second].map(({ slot, address, sizeMiB }) => [slot, address, sizeMiB << 20]),
    )
  }
})

t.test('memory that the host has no room for, and files that an attempt has left', async (t) => {
  const folder = join(t.testdir({ memory: { 'shop.ram.memory-7': '', 'shop.ram': '' } }), 'memory')
  const machine = machineRecord({ memoryMiB: 128, memoryFile: join(folder, 'shop.ram') })
  const { monitor } = await startDisklessQemu(t, machine)
  const piece = await placeMemory({
    machine,
    memoryFile: machine.memoryFile,
    sizeMiB: 2 ** 24,
    monitor,
  })
  const wanted = { bootCpus: 1, bootMemoryMiB: 128, presentCpus: 1, memory: [piece] }
  await t.rejects(plugMemory({ machine, wanted, others: [], monitor }), { code: 'NO_MEMORY' })
  t.notOk(existsSync(piece.file))
  t.same(readdirSync(folder), ['shop.ram'])
})

t.test('a machine on a copy of memory has more of its own, which has no name', async (t) => {
  const folder = join(t.testdir({ memory: {} }), 'memory')
  const machine = machineRecord({
    name: 'mail',
    memoryMiB: 128,
    memory: 'private',
    memoryFile: join(folder, 'shop.ram'),
  })
  const { monitor } = await startDisklessQemu(t, machine)
  const own = join(folder, 'mail.ram')
  const piece = await placeMemory({ machine, memoryFile: own, sizeMiB: 128, monitor })
  const wanted = { bootCpus: 1, bootMemoryMiB: 128, presentCpus: 1, memory: [piece] }
  await plugMemory({ machine, wanted, others: [], monitor })
  t.equal((await monitor.execute('query-memory-devices')).length, 1)
  t.same(readdirSync(folder), [])
})
