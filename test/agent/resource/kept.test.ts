/** What a kernel does not let go. */
import { execFileSync } from 'node:child_process'
import t from 'tap'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'
import { blockBytes, sampleKernel } from './sample-kernel.ts'

if (isInNamespaces()) test()
else await runInNamespaces(import.meta.filename)

/** Nobody can write them until it is disposed of. */
function keep(files: readonly string[]): Disposable {
  const kept = new DisposableStack()
  for (const file of files) {
    execFileSync('mount', ['--bind', file, file])
    kept.defer(() => execFileSync('umount', [file]))
    execFileSync('mount', ['-o', 'remount,bind,ro', file])
  }
  return kept
}

function test(): void {
  t.test('when not as much memory can be had as was asked for, none is', async (t) => {
    const { resources, read, path } = sampleKernel(t, { blocks: [true, true, true, true] })
    using _ = keep([0, 1, 3].map((index) => path(`memory/memory${index}/state`)))
    t.match(await resources.setMemory({ memoryBytes: 3 * blockBytes, from: [] }), {
      resting: [{ address: 2 * blockBytes }],
    })
    await resources.setMemory({ memoryBytes: 3 * blockBytes, from: [] })
    const kept = { name: 'FailedError', code: 'MEMORY_NOT_RELEASED', message: /of 128 MiB .* given 0 MiB/ }
    await t.rejects(resources.setMemory({ memoryBytes: 2 * blockBytes, from: [] }), kept)
    t.equal(read('memory/memory2/state'), 'offline')
  })

  t.test('what could be had of it is in use again', async (t) => {
    const { resources, read, path } = sampleKernel(t, { blocks: [true, true, true] })
    using _ = keep([0, 1].map((index) => path(`memory/memory${index}/state`)))
    const kept = { code: 'MEMORY_NOT_RELEASED', message: /of 256 MiB .* given 128 MiB/ }
    await t.rejects(resources.setMemory({ memoryBytes: blockBytes, from: [] }), kept)
    t.equal(read('memory/memory2/state'), 'online_movable')
  })

  t.test('a block that is not taken, and a processor that stays, are named', async (t) => {
    const { resources, path } = sampleKernel(t, { blocks: [true, false], processors: [true] })
    using _ = keep([path('memory/memory1/state'), path('cpu/cpu1/online')])
    const block = { code: 'MEMORY_REFUSED', message: /block 1 / }
    await t.rejects(resources.setMemory({ memoryBytes: 2 * blockBytes, from: [] }), block)
    const processor = { code: 'CPU_REFUSED', message: /processor 1 rest/ }
    await t.rejects(resources.setProcessors({ processors: 1 }), processor)
  })
}
