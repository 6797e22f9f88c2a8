/** A split whose children boot, and who runs where before and after it. */
import type { Test } from 'tap'
import type { NamedAssignment } from '../../../sdk/planning/assignment.ts'
import type { TestHost } from './host.ts'
import { simultaneous, type WitnessCollector } from './witness-collector.ts'

export const witnesses = ['witness-a', 'witness-b', 'witness-c']

export const intoTwo: NamedAssignment = {
  way: 'delta',
  children: [
    { name: 'front', groups: ['shop', 'witness-a'], cpus: 2, memoryMiB: 768, address: '10.77.0.99/24' },
    {
      name: 'back',
      groups: ['witness-b', 'witness-c'],
      memoryMiB: 384,
      diskBytes: 8 * 2 ** 30,
      kernelParameters: 'cleave.test=1 loglevel=3',
    },
  ],
  rest: 'back',
}

/** Every witness runs now, in the machine that `machineOf` names, and has never run in two at once. */
export async function eachRunsIn(
  t: Test,
  { host, collector }: { host: TestHost; collector: WitnessCollector },
  machineOf: (witness: string) => string,
): Promise<void> {
  await collector.seenAgain(witnesses, 50)
  for (const group of witnesses) {
    const name = machineOf(group)
    const [owner] = host.cleave.machines.get(name).record().address.split('/')
    const sightings = collector.sightings(group)
    const last = sightings.slice(-50)
    t.same(simultaneous(sightings), [], group)
    t.ok(last.length === 50 && last.every(({ from }) => from === owner), `${group} runs in ${name}`)
    t.ok(performance.now() - (last.at(-1)?.at ?? 0) < 5000, `${group} runs now`)
  }
}
