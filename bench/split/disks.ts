/** The disks of children that boot: overlays of their parent's, beside whole copies. */
import type { MachineRecord } from '../../sdk/store/records.ts'
import type { ForkHost } from '../fork-host.ts'
import { type Row, row } from '../row.ts'

const rounds = 5
const count = 2

/** Ends the parent: nobody may write its disk while it is copied. */
export async function measureDisks(host: ForkHost): Promise<Row[]> {
  const { hypervisor, parent } = host
  await hypervisor.end(parent)
  const delta: number[] = []
  const full: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    delta.push(await perChild(host, (child) => hypervisor.createDisk(child)))
    full.push(await perChild(host, (child) => hypervisor.copyDisk(parent, child)))
  }
  return [
    row({
      what: `disk of each of ${count} children that boot, delta`,
      unit: 'ms',
      values: delta,
      peer: { name: 'full copy', values: full },
      aim: { text: 'under 100 ms', met: (value) => value < 100 },
    }),
  ]
}

async function perChild(host: ForkHost, make: (child: MachineRecord) => Promise<void>): Promise<number> {
  const children = host.children(count, { memory: 'shared' })
  const begun = performance.now()
  await Promise.all(children.map(make))
  const took = performance.now() - begun
  await host.remove(children)
  return took / count
}
