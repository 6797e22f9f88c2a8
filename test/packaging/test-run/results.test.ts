import t from 'tap'
import { readResults } from '../../../packaging/test-run/results.ts'

t.test('assertions count, not the tests that hold them', async (t) => {
  const report = [
    '# Subtest: a.test.ts',
    '    # Subtest: adds',
    '        ok 1 - one',
    '        ok 2 - two',
    '        1..2',
    '    ok 1 - adds',
    '    ok 2 - later # SKIP not here',
    '    ok 3 - soon # TODO',
    '    1..3',
    'ok 1 - a.test.ts',
    '1..1',
    '',
  ].join('\n')
  t.same(readResults(report), { passed: 2, failed: 0, skipped: 2, failures: [] })
})

t.test('a failure is told with its name and what was found', async (t) => {
  const report = [
    '# Subtest: a.test.ts',
    '    # Subtest: adds',
    '        not ok 1 - one',
    '          ---',
    '          found: 3',
    '          ...',
    '        ok 2 - two',
    '        1..2',
    '    not ok 1 - adds',
    '    1..1',
    'not ok 1 - a.test.ts',
    '1..1',
    '',
  ].join('\n')
  const { passed, failed, failures } = readResults(report)
  t.same({ passed, failed }, { passed: 1, failed: 1 })
  t.match(failures[0], /a\.test\.ts > adds > one\n {4}found: 3/)
})

t.test('a file that crashed counts, though it asserted nothing', async (t) => {
  const report = ['# Subtest: b.test.ts', '    1..0', 'not ok 1 - b.test.ts', '1..1', ''].join('\n')
  t.match(readResults(report), { passed: 0, failed: 1 })
})

t.test('a run that bailed out has failed', async (t) => {
  t.match(readResults('ok 1 - one\nBail out! no disk\n'), { failures: [/no disk/] })
})
