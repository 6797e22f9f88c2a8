import t from 'tap'
import { plain } from '../../../../sdk/cli/render/look.ts'
import { planTable } from '../../../../sdk/cli/render/split-plan.ts'

t.test('a plan says its way, and why that one', async (t) => {
  const plan = {
    way: 'suspend' as const,
    grouping: 'coupling' as const,
    why: "fork can't be had: \u001b[31mthe memory file is gone",
    twin: false,
    parent: 'vm',
    cpus: 1,
    memoryMiB: 1024,
    replicated: [],
    ending: [],
    children: [],
  }
  const text = planTable(plan, plain)
  t.match(text, /which a state file carries \(suspend\): fork can't be had: \S*\[31mthe memory file is gone/)
  t.notOk(text.includes('\u001b'))
})
