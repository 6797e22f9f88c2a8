import t from 'tap'
import { parseDeclaration } from '../../../agent/group/declaration/parse.ts'
import { parseApplication } from '../../../agent/group/declaration/parse-application.ts'
import { afterMessage, beforeMessage, environmentOf, isAbout } from '../../../agent/hook/messages.ts'
import { type PlanOptions, planHooks } from '../../../agent/hook/plan.ts'
import type { Process } from '../../../proto/generated/messages.ts'
import { sampleProcess } from '../group/sample-facts.ts'

function admin(name: string, text: string) {
  const { declaration } = parseDeclaration(text, `/g/${name}.yaml`)
  if (declaration === undefined) throw new Error('the sample is wrong')
  return declaration
}

function application(pid: number, more: object) {
  const text = JSON.stringify({ process: { pid, startTicks: pid * 10 }, ...more })
  const { declaration } = parseApplication({ text, file: '/d/ann.json', userId: 1000, user: 'ann' })
  if (declaration === undefined) throw new Error('the sample is wrong')
  return declaration
}

const hooks = 'hooks: { beforeSplit: { command: [/bin/flush], user: mail } }\n'
const mail = admin('mail', `match: { units: [mail.service] }\n${hooks}`)
const quiet = admin('quiet', 'match: { units: [mail.service] }\n')
const inMail = sampleProcess(2, { unit: 'mail.service', group: 'mail' })
const ann = (pid: number, group: string) => sampleProcess(pid, { userId: 1000, user: 'ann', group })
const children = [
  { name: 'front', groups: ['mail', 'cache'] },
  { name: 'back', groups: ['ann', 'cache'] },
]

function plan(
  processes: Process[],
  more: Partial<PlanOptions['survey']>,
  options: Partial<PlanOptions> = {},
) {
  const survey = { processes, declarations: [], applications: [], ...more }
  return planHooks({ survey, guest: {}, children, whenStopped: 'left-out', ...options })
}

t.test('a group’s commands, as long as it runs', (t) => {
  const declarations = [mail, quiet]
  t.match(plan([inMail], { declarations }), [
    {
      group: 'mail',
      groups: ['mail'],
      way: { kind: 'commands', before: { command: ['/bin/flush'], user: 'mail', timeoutSeconds: 30 } },
    },
  ])
  t.equal(plan([inMail], { declarations }).length, 1)
  t.same(plan([], { declarations }), [])
  t.match(plan([], { declarations }, { whenStopped: 'told' }), [{ group: 'mail', groups: ['mail'] }])
  t.same(plan([{ ...inMail, replicated: true, group: '' }], { declarations }), [])
  t.same(plan([{ ...inMail, group: 'elsewhere' }], { declarations }), [], 'it is no part of this split')
  t.match(plan([{ ...inMail, group: 'cache' }], { declarations }), [{ group: 'mail', groups: ['cache'] }])
  t.end()
})

t.test('an application, in whichever group its process is', (t) => {
  const listening = [application(3, { listens: true })]
  t.match(plan([ann(3, 'ann')], { applications: listening, declarations: listening }), [
    {
      group: 'ann',
      way: { kind: 'application', socket: '/d/ann.sock', userId: 1000, process: { pid: 3, startTicks: 30 } },
    },
  ])
  t.match(plan([ann(3, 'mail')], { applications: listening }), [{ group: 'mail', groups: ['mail'] }])
  const commands = [application(3, { hooks: { afterSplit: { command: ['/bin/on'] } } })]
  t.match(plan([ann(3, 'ann')], { applications: commands }), [
    { way: { kind: 'commands', before: undefined, after: { user: '1000' } } },
  ])
  t.same(plan([ann(3, 'ann')], { applications: [application(3, {})] }), [], 'it does not want to be told')
  t.end()
})

t.test('the whole guest’s, for every child', (t) => {
  const guest = { afterSplit: { command: ['/bin/on'] as [string], user: 'root', timeoutSeconds: 1 } }
  const [hook] = plan([], {}, { guest })
  t.match(hook, { group: '', groups: ['mail', 'cache', 'ann'] })
  t.ok(hook && children.every((child) => isAbout(hook, child)))
  t.end()
})

t.test('what is said', (t) => {
  const way = { kind: 'commands' } as const
  const hook = { group: 'cache', groups: ['cache'], way }
  const before = beforeMessage(hook, 'split-1', children)
  t.same(before, { event: 'beforeSplit', operation: 'split-1', group: 'cache', children: ['front', 'back'] })
  t.same(environmentOf(before), {
    CLEAVE_EVENT: 'beforeSplit',
    CLEAVE_OPERATION: 'split-1',
    CLEAVE_GROUP: 'cache',
    CLEAVE_CHILDREN: 'front back',
  })
  t.same(environmentOf(afterMessage(hook, 'split-1', children[0])), {
    CLEAVE_EVENT: 'afterSplit',
    CLEAVE_OPERATION: 'split-1',
    CLEAVE_GROUP: 'cache',
    CLEAVE_OUTCOME: 'split',
    CLEAVE_CHILD: 'front',
    CLEAVE_GROUPS: 'mail cache',
  })
  t.match(afterMessage(hook, 'split-1', undefined), { outcome: 'undone', child: '', groups: [] })
  t.end()
})
