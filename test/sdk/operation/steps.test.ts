import fc from 'fast-check'
import t from 'tap'
import { decideRecovery } from '../../../sdk/operation/recovery.ts'
import { type Journal, recoverSteps, runSteps, type Step } from '../../../sdk/operation/steps.ts'
import type { JournalEntry } from '../../../sdk/store/records.ts'

/** A world in which each step leaves one mark, and its undo takes that mark away. */
interface World {
  marks: Set<string>
  undone: string[]
}

function worldOf(options: { count: number; commit: number; failing?: number }) {
  const world: World = { marks: new Set(), undone: [] }
  const mark = ({ marks }: World, position: number) => {
    marks.add(`s${position}`)
    if (position !== options.failing) return
    // A transaction that fails leaves nothing.
    if (position === options.commit) marks.delete(`s${position}`)
    throw new Error(`s${position} broke`)
  }
  const steps: Step<World>[] = Array.from({ length: options.count }, (_, position) => {
    const name = `s${position}`
    if (position === options.commit) return { name, commits: true, change: (world) => mark(world, position) }
    return {
      name,
      commits: false,
      run: async (world) => mark(world, position),
      undo: async ({ marks, undone }) => {
        marks.delete(name)
        undone.push(name)
      },
    }
  })
  const written: JournalEntry[] = []
  const flushed: string[] = []
  const journal: Journal = {
    entries: () => [...written],
    mark: (entry, { flush }) => {
      written.push({ operation: 'o', ...entry, at: 0 })
      if (flush) flushed.push(`${entry.step} ${entry.state}`)
    },
    commit: (position, step, change) => {
      change()
      written.push({ operation: 'o', position, step, state: 'done', at: 0 })
    },
  }
  return { world, steps, journal, flushed, run: { steps, context: world, journal, report: () => {} } }
}

t.test('a failure before the commit leaves nothing behind, undone in reverse', async (t) => {
  const shapes = fc.record({ count: fc.integer({ min: 2, max: 8 }), commit: fc.nat(7), failing: fc.nat(7) })
  await fc.assert(
    fc.asyncProperty(shapes, async ({ count, commit, failing }) => {
      fc.pre(commit < count && failing <= commit)
      const { world, run } = worldOf({ count, commit, failing })
      await t.rejects(runSteps(run), { code: 'OPERATION_UNDONE', cause: { message: `s${failing} broke` } })
      t.equal(world.marks.size, 0)
      t.same(
        world.undone,
        Array.from({ length: failing + 1 }, (_, position) => `s${failing - position}`).filter(
          (name) => name !== `s${commit}`,
        ),
      )
    }),
  )
})

t.test('what is not as it was when all is taken back is in the message', async (t) => {
  const { steps, run } = worldOf({ count: 3, commit: 2, failing: 1 })
  const lacking = steps.map((step, position) =>
    step.commits || position > 0 ? step : { ...step, lacks: () => ['one.service is down'] },
  )
  await t.rejects(runSteps({ ...run, steps: lacking }), {
    code: 'OPERATION_UNDONE',
    message: 's1 failed, and everything was taken back: s1 broke; but one.service is down',
  })
})

t.test('a failure after the commit takes nothing back, and recovery finishes the rest', async (t) => {
  const { world, steps, journal, run } = worldOf({ count: 5, commit: 2, failing: 3 })
  await t.rejects(runSteps(run), { code: 'OPERATION_UNFINISHED' })
  t.same(world.undone, [])
  const mended = steps.map((step) =>
    step.name === 's3' && !step.commits ? { ...step, run: async () => {} } : step,
  )
  t.equal(await recoverSteps({ steps: mended, context: world, journal, report: () => {} }), 'finished')
  t.ok(world.marks.has('s4'))
})

t.test('an abort before the commit is a failure, after it too late', async (t) => {
  for (const [when, expected] of [
    ['s1', 'OPERATION_UNDONE'],
    ['s4', undefined],
  ] as const) {
    const { run } = worldOf({ count: 5, commit: 3 })
    const controller = new AbortController()
    const report = (event: { type: string; step: string }) => {
      if (event.type === 'step-begun' && event.step === when) controller.abort()
    }
    const running = runSteps({ ...run, report, signal: controller.signal })
    if (expected) await t.rejects(running, { code: expected })
    else await t.resolves(running)
  }
})

t.test('an undo that fails is told, and the others are still done', async (t) => {
  const { world, steps, run } = worldOf({ count: 4, commit: 3, failing: 2 })
  const broken = steps.map((step, position) =>
    position === 1 && !step.commits
      ? {
          ...step,
          undo: async () => {
            throw new Error('stuck')
          },
        }
      : step,
  )
  await t.rejects(runSteps({ ...run, steps: broken }), { code: 'OPERATION_NOT_UNDONE', message: /stuck/ })
  t.same(world.undone, ['s2', 's0'])
})

t.test('a process that ends anywhere can be recovered: all or nothing', async (t) => {
  const shapes = fc.record({
    count: fc.integer({ min: 2, max: 7 }),
    commit: fc.nat(6),
    lost: fc.nat(30),
  })
  await fc.assert(
    fc.asyncProperty(shapes, async ({ count, commit, lost }) => {
      fc.pre(commit < count)
      const { world, steps, journal, run } = worldOf({ count, commit })
      await runSteps(run)
      const kept = journal.entries().slice(0, lost)
      const committed = kept.some(({ position, state }) => position === commit && state === 'done')
      // Whatever was not begun had no effect, and neither had a transaction that was not done.
      const begun = new Set(kept.map(({ step }) => step))
      if (!committed) begun.delete(`s${commit}`)
      world.marks = new Set([...world.marks].filter((mark) => begun.has(mark)))
      const after = { ...journal, entries: () => kept }
      const outcome = await recoverSteps({ steps, context: world, journal: after, report: () => {} })
      t.equal(outcome, committed ? 'finished' : 'undone')
      t.equal(world.marks.size, committed ? count : 0)
    }),
  )
})

t.test('a step that guards those before it keeps them as they are until its undo succeeds', async (t) => {
  const { world, steps, journal, run } = worldOf({ count: 4, commit: 3, failing: 2 })
  let isBroken = true
  const guarded = steps.map((step) =>
    step.name === 's1' && !step.commits
      ? {
          ...step,
          guardsEarlier: true,
          undo: async (of: World) => {
            if (isBroken) throw new Error('it may still run')
            await step.undo?.(of)
          },
        }
      : step,
  )
  await t.rejects(runSteps({ ...run, steps: guarded }), { code: 'OPERATION_NOT_UNDONE' })
  t.same(world.undone, ['s2'])
  await t.rejects(recoverSteps({ ...run, steps: guarded, journal }), { code: 'OPERATION_NOT_UNDONE' })
  t.same(world.undone, ['s2'], 'nor by who tries again')
  isBroken = false
  t.equal(await recoverSteps({ ...run, steps: guarded, journal }), 'undone')
  t.same(world.undone, ['s2', 's1', 's0'])
})

t.test('a step that was undone is not undone again', async (t) => {
  const entry = (position: number, state: JournalEntry['state']) => ({
    operation: 'o',
    position,
    step: 's',
    state,
    at: 0,
  })
  const steps = [
    { name: 'a', commits: false },
    { name: 'b', commits: true },
  ]
  const journal = [entry(0, 'begun'), entry(0, 'done'), entry(1, 'begun'), entry(1, 'undone')]
  t.same(decideRecovery(journal, steps), { kind: 'undo', positions: [0] })
})

t.test('what outlives a loss of power is in the journal, on the disk, before it is done', async (t) => {
  const { run, steps, flushed } = worldOf({ count: 5, commit: 3 })
  Object.assign(steps[2] ?? {}, { outlivesPower: true })
  await runSteps(run)
  t.same(flushed, ['s0 begun', 's2 begun'])
})
