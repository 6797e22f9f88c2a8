import t from 'tap'
import { mergePlanDocument } from '../../../../sdk/cli/documents/merge.ts'
import { leadingDocument } from '../../../../sdk/cli/documents/routes.ts'
import { leadingTables } from '../../../../sdk/cli/render/leading.ts'
import { plain } from '../../../../sdk/cli/render/look.ts'
import { mergePlanText } from '../../../../sdk/cli/render/merge.ts'
import type { PlannedLeading } from '../../../../sdk/planning/leading.ts'
import { definitionOf } from '../../routes/support/definition.ts'

const at = (machine: string, host: number) => ({ address: `10.77.0.${host}`, port: 80, machine })
const leading: PlannedLeading = {
  routes: [
    {
      definition: definitionOf({ publishers: ['edge', 'names'] }),
      before: [at('whole', 80)],
      after: [at('front', 80)],
      drainMilliseconds: 0,
      restarts: false,
    },
    {
      definition: definitionOf({ name: 'web', group: 'web', publishers: [] }),
      before: [at('whole', 2)],
      after: [at('front', 3), at('back', 4)],
      drainMilliseconds: 2000,
      restarts: true,
    },
  ],
  addresses: [{ address: '10.77.0.80/24', group: 'shop', from: 'whole', to: 'front\u001b' }],
}

t.test('which routes are held and where they lead then, and which addresses move', async (t) => {
  const text = leadingTables(leadingDocument(leading), plain).join('\n')
  t.match(
    text,
    /^shop\.http +edge, names +0 ms +its group goes on +whole \(10\.77\.0\.80:80\) +front \(10\.77\.0\.80:80\)$/m,
  )
  t.match(
    text,
    /^web +- +2000 ms +its group serves +whole \(10\.77\.0\.2:80\) +front \(10\.77\.0\.3:80\), back \(10\.77\.0\.4:80\)$/m,
  )
  t.match(text, /^10\.77\.0\.80\/24 +shop +whole +front\\x1b$/m)
  t.same(leadingTables({ routes: [], addresses: [] }, plain), [])
})

t.test('programs are told the same, beside the plan', async (t) => {
  const resources = { cpusBefore: 1, cpusAfter: 1, memoryMiBBefore: 512, memoryMiBAfter: 512 }
  const document = mergePlanDocument({ destination: 'front', sources: [], resources, ...leading })
  t.same(document.routes[0], {
    name: 'shop.http',
    group: 'shop',
    endpoint: 'http',
    publishers: ['edge', 'names'],
    before: [at('whole', 80)],
    after: [at('front', 80)],
    drainMilliseconds: 0,
    restarts: false,
  })
  t.match(document, { destination: 'front', sources: [], resources, addresses: leading.addresses })
  t.match(mergePlanText(document, plain), /into front[\s\S]*LEADS FROM[\s\S]*MOVES FROM/)
})
