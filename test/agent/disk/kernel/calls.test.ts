/** System calls are made one after the other, and one that hangs keeps no other waiting. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t from 'tap'
import { createKernelCalls } from '../../../../agent/disk/kernel/calls.ts'

const folder = mkdtempSync(join(tmpdir(), 'cleave-calls-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'fi\tle\n')
writeFileSync(file, 'content')
const hanging = join(folder, 'pipe')
await execa('mkfifo', [hanging])
const read = (path: string) => ({ do: 'read', path, offset: 3, length: 4 }) as const

t.test('answers are those of the kernel', async (t) => {
  await using kernel = createKernelCalls()
  const answers = await Promise.all([
    kernel.make(read(file), 10_000),
    kernel.make(read(join(folder, 'nothing')), 10_000),
    kernel.make({ do: 'sync', place: folder }, 10_000),
    kernel.make({ do: 'unmount', target: folder, flags: 0 }, 10_000),
    kernel.make({ ...read(file), length: 5 }, 10_000),
  ])
  const { ENOENT, EINVAL, EIO } = constants.errno
  t.same(
    answers.map((answer) => answer?.error),
    [0, ENOENT, 0, EINVAL, EIO],
  )
  t.equal(String(answers[0]?.content), 'tent')
})

t.test('one that hangs is given up, the others are made', async (t) => {
  await using kernel = createKernelCalls()
  const ended: string[] = []
  const note = (name: string) => () => void ended.push(name)
  // Nobody ever writes to the pipe: to open it waits.
  const stuck = kernel.make(read(hanging), 6000).finally(note('stuck'))
  const others = [file, file].map((path) => kernel.make(read(path), 10_000).finally(note('other')))
  await t.rejects(stuck, { code: 'PROGRAM_STUCK', message: `to read ${hanging} was not done within 6000 ms` })
  for (const other of await Promise.all(others)) t.equal(other?.error, 0)
  t.same(ended, ['other', 'other', 'stuck'])
  t.equal((await kernel.make(read(file), 10_000))?.error, 0, 'and it goes on')
})

t.test('the process that is kept may end', async (t) => {
  await using kernel = createKernelCalls()
  const kept = async () =>
    (await execa('pgrep', ['-P', String(process.pid), 'perl'], { reject: false })).stdout
  kernel.warmUp()
  const first = await kept()
  t.match(first, /^\d+$/)
  t.equal((await kernel.make(read(file), 10_000))?.error, 0)
  t.equal(await kept(), first, 'the calls are its own')
  process.kill(Number(first), 'SIGKILL')
  while ((await kept()) !== '') await delay(20)
  t.equal((await kernel.make(read(file), 10_000))?.error, 0, 'and another one goes on')
  await Promise.all([file, file, file].map((path) => kernel.make(read(path), 10_000)))
  t.match(await kept(), /^\d+$/, 'one of them')
})

t.test('where no numbers are known nothing is done', async (t) => {
  await using unknown = createKernelCalls({ architecture: 'mips' })
  t.equal(await unknown.make(read(file), 10_000), undefined)
})
