import fc from 'fast-check'
import t from 'tap'
import type { HookReport } from '../../../../proto/generated/messages.ts'
import { hooksText } from '../../../../sdk/cli/render/hooks.ts'
import { splitSummary } from '../../../../sdk/cli/render/split-result.ts'
import { hasFailed, refusalOf, toHookRecords } from '../../../../sdk/operation/split/hook-records.ts'
import { openStore } from '../../../../sdk/store/store.ts'

const report = (fields: Partial<HookReport> = {}): HookReport => ({
  group: 'shop',
  event: 'HOOK_EVENT_BEFORE_SPLIT',
  hook: 'command /bin/flush, as shop',
  outcome: 'HOOK_OUTCOME_DONE',
  detail: '',
  output: '',
  milliseconds: 12,
  ...fields,
})

const plain = { columns: undefined, paint: (_style: string, text: string) => text }

t.test('a split goes on unless somebody who lives is not ready', (t) => {
  const of = (...outcomes: HookReport['outcome'][]) =>
    refusalOf(
      toHookRecords(
        outcomes.map((outcome) => report({ outcome })),
        '',
      ),
      'split-1',
    )?.code
  t.equal(of(), undefined)
  t.equal(of('HOOK_OUTCOME_DONE', 'HOOK_OUTCOME_GONE'), undefined)
  t.equal(of('HOOK_OUTCOME_CANCELLED', 'HOOK_OUTCOME_REFUSED'), 'HOOK_REFUSED')
  t.equal(of('HOOK_OUTCOME_TIMED_OUT'), 'HOOK_TIMED_OUT')
  t.equal(of('HOOK_OUTCOME_BROKEN'), 'HOOK_BROKEN')
  t.equal(of('HOOK_OUTCOME_CANCELLED'), 'HOOK_CANCELLED')
  t.equal(of('HOOK_OUTCOME_UNSPECIFIED'), 'HOOK_BROKEN', 'what an agent of another release may say')
  t.end()
})

t.test('the refusal names who, and what it said last', (t) => {
  const lines = Array.from({ length: 9 }, (_, index) => `line ${index}`).join('\n')
  const records = toHookRecords(
    [report({ outcome: 'HOOK_OUTCOME_REFUSED', detail: 'exit code 3', output: lines })],
    '',
  )
  t.match(refusalOf(records, 'split-1'), {
    message:
      'group shop refuses the split: command /bin/flush, as shop: exit code 3\nline 4\nline 5\nline 6\nline 7\nline 8',
    remedy: /operations show split-1/,
  })
  const guest = toHookRecords([report({ group: '', outcome: 'HOOK_OUTCOME_TIMED_OUT' })], '')
  t.match(refusalOf(guest, 'split-1')?.message, /^the guest did not get ready for the split in time: /)
  t.end()
})

t.test('whatever a guest answers can be kept', async (t) => {
  using store = openStore({ path: `${t.testdir()}/store.db` })
  store.operations.begin({ id: 'split-1', kind: 'split', machine: 'shop', plan: {} })
  const text = fc.string({ unit: 'binary', maxLength: 6000, size: 'max' })
  const reports = fc.record({
    group: text,
    event: fc.constantFrom('HOOK_EVENT_BEFORE_SPLIT' as const, 'HOOK_EVENT_AFTER_SPLIT' as const),
    hook: text,
    outcome: fc.oneof(fc.constant('HOOK_OUTCOME_DONE' as const), fc.constant(77 as never)),
    detail: text,
    output: text,
    milliseconds: fc.double(),
  })
  fc.assert(
    fc.property(reports, (given) => {
      const before = store.operations.get('split-1').hooks?.length ?? 0
      store.operations.addHooks('split-1', toHookRecords([given], 'front'))
      const { hooks = [] } = store.operations.get('split-1')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
      return hooks.length === before + 1 && !/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(hooksText(hooks, plain))
    }),
    { numRuns: 8 },
  )
  t.throws(() => store.operations.addHooks('split-2', toHookRecords([report()], '')), {
    code: 'OPERATION_NOT_FOUND',
  })
  t.equal(toHookRecords(Array(2000).fill(report()), '').length, 1000)
})

t.test('what failed after a split is not lost', (t) => {
  const [record] = toHookRecords(
    [
      report({
        event: 'HOOK_EVENT_AFTER_SPLIT',
        outcome: 'HOOK_OUTCOME_REFUSED',
        detail: 'exit code 1',
        output: 'first\nno database\x1b[2J\n',
      }),
    ],
    'front',
  )
  if (record === undefined) throw new Error('there is one')
  t.ok(hasFailed(record))
  t.equal(
    hooksText([record], plain),
    [
      '',
      '',
      'HOOK        MACHINE  GROUP  TOLD                         OUTCOME               AFTER',
      'afterSplit  front    shop   command /bin/flush, as shop  refused: exit code 1  12 ms',
      '',
      'afterSplit in front: command /bin/flush, as shop',
      '  first',
      '  no database\\x1b[2J',
    ].join('\n'),
  )
  t.equal(hooksText([], plain), '')
  const child = {
    name: 'front',
    address: '10.77.0.3/24',
    cpus: 1,
    memoryMiB: 512,
    groups: ['shop'],
    network: 'bridge' as const,
    forwards: [],
    identity: [],
    foreign: [],
    started: [],
    failures: [],
  }
  const result = {
    operation: 'split-1',
    way: 'fork' as const,
    parent: 'shop1',
    children: [{ ...child, hooks: [record] }],
    hooks: [],
    twin: null,
    pauseMs: 50,
    pauseParts: [],
    frozenMs: 200,
    disksMs: null,
    downMs: null,
    readyMs: 1900,
  }
  t.match(
    splitSummary(result, plain),
    /\nafterSplit of group shop in front: command \/bin\/flush, as shop: exit code 1: no database\\x1b\[2J$/,
  )
  t.end()
})
