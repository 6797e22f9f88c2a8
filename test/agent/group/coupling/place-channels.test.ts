import t from 'tap'
import { sleeper, startPerl } from '../../process/sample-process.ts'
import { fillCgroups } from '../sample-cgroup.ts'
import { edgesAt } from './sample-pair.ts'

const top = `cleave-test-${process.pid}`

// Two processes that have nothing but a cgroup in common.
const [one, other] = [await startPerl(t, sleeper), await startPerl(t, sleeper)]
const both = [one.pid, other.pid]

const cases: { what: string; cgroups: [string, string]; edges: string[] }[] = [
  {
    what: 'the same unit',
    cgroups: [`/${top}.slice/shop.service`, `/${top}.slice/shop.service`],
    edges: ['UNIT unit shop.service'],
  },
  {
    what: 'the same unit, in cgroups below it',
    cgroups: [`/${top}.slice/shop.service/a`, `/${top}.slice/shop.service/b`],
    edges: ['UNIT unit shop.service'],
  },
  {
    what: 'the same unit, in the cgroup that the agent made for its group',
    cgroups: [`/${top}.slice/shop.service/a`, `/${top}.slice/shop.service/cleave-shop`],
    edges: ['UNIT unit shop.service'],
  },
  { what: 'other units', cgroups: [`/${top}.slice/a.service`, `/${top}.slice/b.service`], edges: [] },
  {
    what: 'the same login session',
    cgroups: [`/${top}.slice/session-3.scope`, `/${top}.slice/session-3.scope`],
    edges: ['UNIT unit session-3.scope'],
  },
  {
    what: 'the same unit of a user',
    cgroups: [
      `/${top}.slice/user@1000.service/app.slice/sync.service`,
      `/${top}.slice/user@1000.service/app.slice/sync.service/below`,
    ],
    edges: ['UNIT unit sync.service of user@1000.service'],
  },
  {
    what: 'other units of a user',
    cgroups: [
      `/${top}.slice/user@1000.service/app.slice/a.service`,
      `/${top}.slice/user@1000.service/app.slice/b.service`,
    ],
    edges: [],
  },
  {
    what: 'the cgroup of a container',
    cgroups: [`/${top}/8d3f`, `/${top}/8d3f`],
    edges: [`CGROUP cgroup /${top}/8d3f`],
  },
  {
    what: 'the same container, after the agent moved one of them',
    cgroups: [`/${top}/8d3f`, `/${top}/8d3f/cleave-shop`],
    edges: [`CGROUP cgroup /${top}/8d3f`],
  },
  { what: 'a slice', cgroups: [`/${top}.slice`, `/${top}.slice`], edges: [] },
  {
    what: 'all that a user runs',
    cgroups: [`/${top}.slice/user@7.service`, `/${top}.slice/user@7.service`],
    edges: [],
  },
  { what: 'the root', cgroups: ['/', '/'], edges: [] },
  { what: 'a cgroup of the agent below the root', cgroups: ['/cleave-test', '/cleave-test'], edges: [] },
]

for (const { what, cgroups, edges } of cases) {
  t.test(what, async (t) => {
    const [first, second] = cgroups
    fillCgroups(
      t,
      first === second
        ? new Map([[first, both]])
        : new Map([
            [first, [one.pid]],
            [second, [other.pid]],
          ]),
    )
    t.same(
      (await edgesAt(both)).map((edge) => edge.what),
      edges,
    )
  })
}
