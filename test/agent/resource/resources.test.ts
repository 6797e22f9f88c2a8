/** On a folder that looks like the kernel's: what is refused, and what is written. test/e2e/resize asks the real one. */
import { mkdirSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { blockBytes as block, sampleKernel as guest } from './sample-kernel.ts'

t.test('what there is', async (t) => {
  const { resources } = guest(t, { blocks: [true, true, false, false], processors: [true, false] })
  t.match(await resources.get(), {
    processors: 2,
    processorsPresent: 3,
    memoryBytes: 2 * block,
    memoryPresentBytes: 4 * block,
    memoryBlockBytes: block,
    resting: [{ address: 2 * block, bytes: 2 * block }],
  })
})

t.test('processors run and rest; the first one always runs', async (t) => {
  const { resources, read } = guest(t, { processors: [true, false] })
  t.match(await resources.setProcessors({ processors: 3 }), { processors: 3 })
  t.match(await resources.setProcessors({ processors: 1 }), { processors: 1, processorsPresent: 3 })
  t.same([read('cpu/cpu1/online'), read('cpu/cpu2/online')], ['0', '0'])
  const refused = { code: 'BAD_RESOURCES' }
  await t.rejects(resources.setProcessors({ processors: 0 }), refused)
  await t.rejects(resources.setProcessors({ processors: 5 }), { code: 'TOO_MANY_CPUS', message: /4/ })
  await t.rejects(resources.setProcessors({ processors: 4 }), { code: 'CPUS_MISSING', message: /3/ })
})

t.test('a processor that the kernel keeps', async (t) => {
  const { resources, read } = guest(t, { processors: [] })
  t.match(await resources.get(), { processors: 1 })
  t.match(await resources.setProcessors({ processors: 1 }), { processors: 1 })
  t.throws(() => read('cpu/cpu0/online'))
})

t.test('memory is taken into use so that it can leave again, the lowest first', async (t) => {
  const { resources, read } = guest(t, { blocks: [true, false, true, false] })
  const taken = resources.setMemory({ memoryBytes: 3 * block, from: [] })
  await taken
  t.equal(read('memory/memory1/state'), 'online_movable')
  t.equal(read('memory/memory3/state'), 'offline')
  const missing = { code: 'MEMORY_MISSING', message: /4 blocks .* 5/ }
  await t.rejects(resources.setMemory({ memoryBytes: 5 * block, from: [] }), missing)
})

t.test('memory is given back, the highest first, or what is named', async (t) => {
  const { resources, read } = guest(t, { blocks: [true, true, true, true] })
  t.match(await resources.setMemory({ memoryBytes: 3 * block, from: [] }), { memoryBytes: 3 * block })
  t.equal(read('memory/memory3/state'), 'offline')
  const from = [{ address: block, bytes: block }]
  await resources.setMemory({ memoryBytes: 2 * block, from })
  t.equal(read('memory/memory1/state'), 'offline')
  t.equal(read('memory/memory2/state'), 'online')
  await resources.setMemory({ memoryBytes: 2 * block, from })
})

t.test('what is being plugged in counts when all of it is there', async (t) => {
  const { resources, path } = guest(t, { blocks: [true], processors: [true] })
  mkdirSync(path('memory/memory32'))
  writeFileSync(path('cpu/present'), '0-2\n')
  t.match(await resources.get(), { processors: 2, processorsPresent: 2, memoryPresentBytes: block })
  await t.rejects(resources.setProcessors({ processors: 3 }), { code: 'CPUS_MISSING' })
  await t.rejects(resources.setMemory({ memoryBytes: 2 * block, from: [] }), { code: 'MEMORY_MISSING' })
  writeFileSync(path('memory/memory32/state'), 'offline\n')
  mkdirSync(path('cpu/cpu2'))
  writeFileSync(path('cpu/cpu2/online'), '0\n')
  t.match(await resources.setProcessors({ processors: 3 }), { processors: 3 })
  await resources.setMemory({ memoryBytes: 2 * block, from: [] })
})

t.test('sizes that are none', async (t) => {
  const { resources } = guest(t, { blocks: [true, true] })
  for (const memoryBytes of [0, block / 2, block + 1, -block, Number.MAX_VALUE])
    await t.rejects(resources.setMemory({ memoryBytes, from: [] }), { code: 'BAD_RESOURCES' })
})

t.test('programs keep what they need', async (t) => {
  const { resources, read } = guest(t, { blocks: [true, true, true], availableMiB: 200 })
  const refused = { name: 'RefusedError', code: 'MEMORY_IN_USE', message: /136 MiB back, .* 256 MiB/ }
  await t.rejects(resources.setMemory({ memoryBytes: block, from: [] }), refused)
  t.equal(read('memory/memory2/state'), 'online')
  await resources.setMemory({ memoryBytes: 2 * block, from: [] })
})
