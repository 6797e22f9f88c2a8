import t from 'tap'
import { sharedUnits, wholeUnits } from '../../../agent/group/control/whole-units.ts'
import { foreignGroupsOf } from '../../../agent/split/context.ts'
import type { QuiescedGroup, SplitOperation } from '../../../agent/split/state-schema.ts'
import { sampleProcess } from '../group/sample-facts.ts'

const processes = [
  sampleProcess(2, { unit: 'web.service', group: 'web' }),
  sampleProcess(3, { unit: 'web.service', group: 'app' }),
  sampleProcess(4, { unit: 'app.service', group: 'app' }),
  sampleProcess(5, { unit: 'getty@tty1.service', group: '', replicated: true }),
  sampleProcess(6, { unit: 'getty@tty1.service', group: 'app' }),
  sampleProcess(7, { unit: 'mail.service', group: 'mail' }),
]
const survey = { groups: [], processes, bonds: [], declarations: [] }

t.test('a unit is one group’s, shared by groups, or infrastructure’s as well', (t) => {
  t.same(sharedUnits(survey, 'web'), ['web.service'])
  t.same(sharedUnits(survey, 'app'), ['web.service'])
  t.same(sharedUnits(survey, 'mail'), [])
  t.same(wholeUnits({ ...survey, groups: [] }, 'mail'), [])
  t.end()
})

t.test('a unit that groups share can not start where none of them goes on', (t) => {
  const groups = ['web', 'app', 'mail'].map(
    (name): QuiescedGroup => ({
      name,
      units: [`${name}-own.service`],
      sharedUnits: sharedUnits(survey, name),
      cgroups: [],
      processes: [],
      serviceAddresses: [],
      marks: [name],
    }),
  )
  const operation: SplitOperation = {
    operation: 'split-1',
    phase: 'quiesced',
    groups,
    children: ['web', 'app', 'mail'].map((name) => ({ name, groups: [name] })),
    identity: [],
    answers: { resumeMilliseconds: 0 },
  }
  const units = (child: string) => foreignGroupsOf(operation, child).map((group) => group.units)
  t.same(units('web'), [['app-own.service'], ['mail-own.service']])
  t.same(units('mail'), [
    ['web-own.service', 'web.service'],
    ['app-own.service', 'web.service'],
  ])
  t.end()
})
