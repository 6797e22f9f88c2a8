import t from 'tap'
import { livingDeclarations } from '../../../../agent/group/declaration/living.ts'
import { createMatcher } from '../../../../agent/group/declaration/match.ts'
import { parseDeclaration } from '../../../../agent/group/declaration/parse.ts'
import { parseApplication } from '../../../../agent/group/declaration/parse-application.ts'
import type { Declaration } from '../../../../agent/group/declaration/types.ts'
import type { Process } from '../../../../proto/generated/messages.ts'
import { sampleProcess } from '../sample-facts.ts'

const ann = (pid: number, fields: Partial<Process> = {}) =>
  sampleProcess(pid, { userId: 1000, user: 'ann', ...fields })

function application(name: string, pid: number, match: object = {}): Declaration {
  const text = JSON.stringify({ process: { pid, startTicks: pid * 10 }, match })
  const { declaration } = parseApplication({ text, file: `/d/${name}.json`, userId: 1000, user: 'ann' })
  if (declaration === undefined) throw new Error('the sample is wrong')
  return declaration
}

function admin(name: string, text: string): Declaration {
  const { declaration } = parseDeclaration(text, `/g/${name}.yaml`)
  if (declaration === undefined) throw new Error('the sample is wrong')
  return declaration
}

function living(processes: readonly Process[], applications: Declaration[], admins: Declaration[] = []) {
  const set = (declarations: Declaration[]) => ({ declarations, problems: [] })
  const found = livingDeclarations({ admins: set(admins), applications: set(applications), processes })
  const names = (declarations: readonly Declaration[]) => declarations.map(({ name }) => name)
  return {
    declarations: names(found.declarations),
    applications: names(found.applications),
    problems: found.problems,
    matches: createMatcher(found.declarations),
  }
}

t.test('a declaration counts as long as the process lives that made it', (t) => {
  const declared = [application('ann', 7)]
  const counts = (processes: Process[]) => living(processes, declared).declarations.length === 1
  t.ok(counts([ann(7)]))
  t.notOk(counts([]), 'it has ended')
  t.notOk(counts([ann(7, { id: { pid: 7, startTicks: 71 } })]), 'another one has its pid')
  t.notOk(counts([sampleProcess(7)]), 'it is another user by now')
  t.end()
})

t.test('only processes of its user match, whatever it says', (t) => {
  const { matches } = living([ann(7)], [application('ann', 7, { commands: ['.*'], pids: [8, 9] })])
  t.same(matches(ann(7)), ['ann'])
  t.same(matches(ann(30)), ['ann'])
  for (const pid of [7, 8, 1]) t.same(matches(sampleProcess(pid)), [], `process ${pid} of root`)
  t.same(matches(sampleProcess(8, { userId: 1001, user: 'ben' })), [])
  t.end()
})

t.test('what an admin declared comes first, by match and by name', (t) => {
  const processes = [ann(7), ann(8, { unit: 'shop.service' }), ann(9)]
  const shop = admin('ann-shop', 'match: { units: [shop.service] }\n')
  const declared = [application('ann', 7, { pids: [8] }), application('ann-shop', 8)]
  const inside = living(processes, declared, [shop])
  t.same(inside.declarations, ['ann-shop', 'ann'])
  t.same(inside.applications, ['ann', 'ann-shop'], 'it is told of the split of that group')
  t.same(inside.problems, [])
  t.same(processes.map(inside.matches), [['ann'], ['ann-shop'], []])
  t.match(living(processes, [application('ann-shop', 9)], [shop]), {
    declarations: ['ann-shop'],
    problems: [
      '/d/ann-shop.json:1:1: group ann-shop is already declared in /g/ann-shop.yaml; this one is not used',
    ],
  })
  t.end()
})

t.test('who declares is in the group that it declares', (t) => {
  const all = application('ann', 7, { commands: ['.*'] })
  const own = application('ann-own', 8)
  const { matches } = living([ann(7), ann(8)], [all, own])
  t.same(matches(ann(8)), ['ann-own', 'ann'])
  t.end()
})
