/** `npm run bench -- silence`: how long a client waits while its machine is split, and where that time goes. */
import { setTimeout as delay } from 'node:timers/promises'
import { startShopClient } from '../packaging/demo/shop-client.ts'
import type { Machine } from '../sdk/machine/machine.ts'
import type { SplitResult } from '../sdk/operation/split/result.ts'
import { openTestHost, type TestHost } from '../test/e2e/support/host.ts'
import { copyBare } from './bare-copy.ts'
import { type Row, row } from './row.ts'

const rounds = 3
const request = {
  children: [
    { name: 'front', groups: ['shop', 'witness-a'] },
    { name: 'back', groups: [] },
  ],
  rest: 'back',
}
// Those of them that clients wait for.
const silentSteps = ['fork', 'adopt', 'commit', 'resume']

interface Seen {
  silence: number
  usual: number
  frozen: number
  steps: ReadonlyMap<string, number>
}

export async function measureSilence(say: (line: string) => void): Promise<Row[]> {
  const seen: Seen[] = []
  const bare: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    say(`a client while its machine is split, round ${round} of ${rounds}`)
    seen.push(await splitOnce())
    say(`the same while its machine is copied and no more, round ${round} of ${rounds}`)
    bare.push(await copyOnce())
  }
  const steps = silentSteps.map((step) =>
    row({ what: `of it: ${step}`, unit: 'ms', values: seen.map((one) => one.steps.get(step) ?? Number.NaN) }),
  )
  return [
    row({
      what: 'longest silence of a client, 2 children',
      unit: 'ms',
      values: seen.map(({ silence }) => silence),
      peer: { name: 'bare copies in QEMU', values: bare },
      aim: { text: 'under 300 ms', met: (value) => value < 300 },
    }),
    row({
      what: 'longest silence without a split',
      unit: 'ms',
      values: seen.map(({ usual }) => usual),
    }),
    row({
      what: 'from the first freeze to the last thaw',
      unit: 'ms',
      values: seen.map(({ frozen }) => frozen),
    }),
    ...steps,
  ]
}

/** The longest time without an answer to a client of a service address, before a split in two and across it. */
async function splitOnce(): Promise<Seen> {
  await using host = await openTestHost()
  const machine = await startAtRest(host)
  const steps = new Map<string, number>()
  const found = { frozen: 0 }
  const client = await listen(async () => {
    const operation = await machine.split(request)
    for await (const event of operation.events()) {
      if (event.type === 'step-done') steps.set(event.step, event.milliseconds)
    }
    const { frozenMs }: SplitResult = await operation.wait()
    found.frozen = frozenMs ?? Number.NaN
  })
  return { ...client, ...found, steps }
}

/** What no split can be shorter than: QEMU alone, which begins each copy with no code translated. */
async function copyOnce(): Promise<number> {
  await using host = await openTestHost()
  const machine = await startAtRest(host)
  const { hypervisor } = host.cleave
  await using ends = new AsyncDisposableStack()
  const { silence } = await listen(async () => {
    for (const copy of await copyBare(hypervisor, machine.record())) ends.defer(() => hypervisor.end(copy))
  })
  return silence
}

async function startAtRest(host: TestHost): Promise<Machine> {
  const machine = await host.startMachine('whole', { memoryMiB: 1024 })
  await delay(5000)
  return machine
}

/** The longest silence of a client before `work`, and from its start to its end. */
async function listen(work: () => Promise<void>): Promise<{ usual: number; silence: number }> {
  const client = await startShopClient('10.77.0.80', 80)
  await delay(3000)
  const usual = client.report().longestSilenceMs
  await work()
  await delay(2000)
  await client.stop()
  return { usual, silence: client.report().longestSilenceMs }
}
