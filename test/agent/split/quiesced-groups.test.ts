import t from 'tap'
import { groupOf } from '../../../agent/group/grouping/group.ts'
import { companionsBy, type GroupPlan } from '../../../agent/split/plan.ts'
import { describeGroups } from '../../../agent/split/quiesced-groups.ts'
import { sampleProcess } from '../group/sample-facts.ts'

const processes = [
  sampleProcess(5, { group: 'alice', unit: 'both.service' }),
  sampleProcess(6, { group: 'bob', unit: 'both.service' }),
  sampleProcess(7, { group: 'bob', unit: 'bob.service' }),
  sampleProcess(8, { group: '', unit: 'getty@tty1.service', replicated: true }),
]
const groups = ['alice', 'bob', 'carol']
// What bob's declared group names does not run, though it would run as carol.
const unitsOf: Record<string, string[]> = {
  alice: ['both.service'],
  bob: ['bob.service', 'both.service', 'declared.service'],
}
const survey = {
  groups: groups.map((name) => ({
    ...groupOf(
      name,
      'GROUP_ORIGIN_USER',
      processes.filter(({ group }) => group === name),
    ),
    units: unitsOf[name] ?? [],
    declaredGroups: [`${name}-site`],
  })),
  processes,
  bonds: [],
  declarations: [],
}

function unitsIn(children: { groups: string[] }[], grouping: GroupPlan['grouping'] = 'GROUPING_USER') {
  const described = describeGroups({
    survey,
    plan: { grouping, groups, companionsOf: companionsBy(children, groups), parted: new Set() },
    unitsByUser: new Map([
      ['carol', ['report.service', 'getty@tty1.service', 'bob.service', 'declared.service']],
    ]),
    holdsOf: () => [],
    processesIn: () => [],
  })
  return described.map(({ name, units, marks }) => [name, units, marks])
}

t.test('a unit that two users share is foreign where both are', async (t) => {
  t.same(unitsIn([{ groups: ['alice', 'bob'] }, { groups: ['carol'] }]), [
    ['alice', ['both.service'], ['alice-site']],
    ['bob', ['bob.service', 'both.service', 'declared.service'], ['bob-site']],
    ['carol', ['report.service'], ['carol-site']],
  ])
})

t.test('a unit that users of different children share is not', async (t) => {
  const children = [{ groups: ['alice'] }, { groups: ['alice', 'bob'] }, { groups: ['carol'] }]
  t.same(unitsIn(children, 'GROUPING_COUPLING'), [
    ['alice', [], ['alice']],
    ['bob', ['bob.service', 'declared.service'], ['bob']],
    ['carol', ['report.service'], ['carol']],
  ])
})
