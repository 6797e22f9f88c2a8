import t from 'tap'
import { planDocument } from '../../../../sdk/cli/documents/split.ts'
import { plain } from '../../../../sdk/cli/render/look.ts'
import { planTable } from '../../../../sdk/cli/render/split-plan.ts'
import type { SplitPreview } from '../../../../sdk/operation/split/begin.ts'

const plan: SplitPreview = {
  way: 'fork',
  why: 'fastest',
  grouping: 'coupling',
  twin: false,
  parent: 'vm',
  cpus: 1,
  memoryMiB: 1024,
  replicated: [],
  ending: [],
  disks: [],
  children: [
    { name: 'a', groups: ['shop'], cpus: 1, memoryMiB: 1024, keepsMacAddress: true },
    { name: 'b', groups: ['mail'], cpus: 1, memoryMiB: 1024, keepsMacAddress: false },
  ],
  routes: [],
  addresses: [],
}
const shown = (shownPlan: SplitPreview) => planTable(planDocument(shownPlan, { groups: [] }), plain)

t.test('a plan says its way, and why that one', async (t) => {
  const why = "fork can't be had: \u001b[31mthe memory file is gone"
  const text = shown({ ...plan, way: 'suspend', why })
  t.match(text, /which a state file carries \(suspend\): fork can't be had: \S*\[31mthe memory file is gone/)
  t.notOk(text.includes('\u001b'))
})

t.test('what a split with user networking costs is said', async (t) => {
  t.notMatch(shown(plan), /connection|forward/)
  const forward = { hostPort: 8080, guestAddress: '10.0.2.15', guestPort: 80, child: 'a' }
  const text = shown({ ...plan, userNetwork: { forwards: [forward], unreachable: ['mail\x1b'] } })
  t.match(text, /every open connection ends/)
  t.match(text, /^127\.0\.0\.1:8080 \(to 10\.0\.2\.15:80\) goes on to a$/m)
  t.match(text, /^nobody outside reaches the service address of mail\\x1b/m)
})

t.test('programs are told the same', async (t) => {
  const forward = { hostPort: 8080, guestAddress: '10.0.2.15', guestPort: 80 }
  const userNetwork = { forwards: [{ ...forward, child: 'b' }], unreachable: ['shop'] }
  const document = planDocument({ ...plan, userNetwork }, { groups: [] })
  t.match(document, { network: 'user', unreachable: ['shop'] })
  t.same(
    document.children.map(({ forwards }) => forwards),
    [[], [forward]],
  )
  t.match(planDocument(plan, { groups: [] }), { network: 'bridge', unreachable: [] })
})
