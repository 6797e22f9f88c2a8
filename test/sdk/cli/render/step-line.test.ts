import t from 'tap'
import { errorText } from '../../../../sdk/cli/render/error-text.ts'
import { plain } from '../../../../sdk/cli/render/look.ts'
import { splitSummary } from '../../../../sdk/cli/render/split-result.ts'
import { begunLine, stepLine } from '../../../../sdk/cli/render/step-line.ts'

t.test('one line for each thing that happened', async (t) => {
  t.equal(begunLine('fork', plain), '· fork …')
  t.equal(stepLine({ type: 'step-begun', step: 'fork' }, plain), undefined)
  t.equal(stepLine({ type: 'step-done', step: 'fork', milliseconds: 52.3 }, plain), '✔ fork 52 ms')
  t.equal(
    stepLine({ type: 'step-undone', step: 'fork', milliseconds: 4.04 }, plain),
    '↶ fork taken back 4 ms',
  )
  const error = new Error('no room\x07')
  t.equal(stepLine({ type: 'step-failed', step: 'fork', error }, plain), '✘ fork: no room\\x07')
  const abort = new AbortController()
  abort.abort()
  t.equal(
    stepLine({ type: 'step-failed', step: 'fork', error: abort.signal.reason }, plain),
    '✘ fork: cancelled',
  )
  t.equal(stepLine({ type: 'note', message: 'a\x1bb' }, plain), '  a\\x1bb')
})

t.test('an error has its remedy below it, and lines of its own stay indented', async (t) => {
  const error = { code: 'X', message: 'first\nsecond \x1b', remedy: 'do this' }
  t.equal(errorText(error, plain), 'cleave: first\n  second \\x1b (X)\n  do this')
  t.equal(errorText({ ...error, message: 'first', remedy: '' }, plain), 'cleave: first (X)')
})

t.test('the result of a split names what is not new in a child', async (t) => {
  const child = {
    name: 'front',
    address: '10.77.0.3/24',
    cpus: 1,
    memoryMiB: 512,
    groups: ['shop', 'cart'],
    identity: [
      { item: 'machine-id', done: true, detail: '', milliseconds: 1 },
      { item: 'ssh-host-keys', done: false, detail: 'no ssh-keygen\x1b', milliseconds: 1 },
    ],
    network: 'bridge' as const,
    forwards: [],
    foreign: [],
    started: [],
    failures: [],
    hooks: [],
  }
  const result = {
    operation: 'split-1',
    way: 'fork' as const,
    parent: 'shop1',
    children: [child],
    hooks: [],
    twin: null,
    pauseMs: 52.4,
    pauseParts: [],
    frozenMs: 210,
    disksMs: null,
    downMs: null,
    readyMs: 1900,
  }
  t.equal(
    splitSummary(result, plain),
    [
      'CHILD  ADDRESS       GROUPS',
      'front  10.77.0.3/24  shop, cart',
      '',
      'pause 52 ms, groups frozen for 210 ms, ready after 1900 ms',
      'front has not got a new ssh-host-keys: no ssh-keygen\\x1b',
    ].join('\n'),
  )
  t.match(
    splitSummary({ ...result, twin: { downtimeMs: 12.3, totalMs: 4200 } }, plain),
    /\nmoved in 4200 ms to a process that can be forked, down for 12 ms\npause/,
  )
  const failures = [{ group: 'shop', unit: 'nginx.service', reason: 'no memory\x1b' }]
  t.equal(
    splitSummary(
      {
        ...result,
        children: [{ ...child, identity: [], failures }],
        pauseMs: null,
        frozenMs: null,
        disksMs: 42,
        downMs: 21_000,
      },
      plain,
    ),
    [
      'CHILD  ADDRESS       GROUPS',
      'front  10.77.0.3/24  shop, cart',
      '',
      'disks made in 42 ms, groups down for 21.0 s, ready after 1900 ms',
      'nginx.service of shop did not start in front: no memory\\x1b',
    ].join('\n'),
  )
})
