/** A program in a guest that watches its clocks (clock-probe.py), and what it saw. */
import { join } from 'node:path'
import { z } from 'zod'
import type { GuestShell } from './guest-shell.ts'
import { putFile } from './put-file.ts'

/** Its service address, and the unit and group that it is. */
export const probe = { address: '10.77.0.90', port: 5005, group: 'clocks', unit: 'clock-probe' }
/** From arming until the timers are due, in seconds, as in clock-probe.py. */
export const dueSeconds = 20

const clocks = { real: z.number(), monotonic: z.number(), boot: z.number(), cpu: z.number() }
const sighting = z.discriminatedUnion('event', [
  z.object({ ...clocks, event: z.literal('begun') }),
  z.object({ ...clocks, event: z.literal('armed'), due: z.number() }),
  z.object({
    ...clocks,
    event: z.literal('fired'),
    name: z.string(),
    armed: z.object(clocks),
    error: z.number().nullable(),
  }),
  z.object({ ...clocks, event: z.literal('step'), seconds: z.number(), before: z.object(clocks) }),
  z.object({ ...clocks, event: z.literal('backwards'), name: z.string(), before: z.object(clocks) }),
])

export type Sighting = z.output<typeof sighting>

const folder = '/etc/cleave/groups.d'
const log = '/run/clocks.jsonl'

/** For a shell: waits until it has written a word. */
const until = (word: string) =>
  `(for i in $(seq 100); do grep -q ${word} ${log} && exit 0; sleep 0.1; done; exit 1)`

/** Declares its group, and starts it. */
export async function startProbe(shell: GuestShell, units: readonly string[]): Promise<void> {
  await putFile(shell, { from: join(import.meta.dirname, 'clock-probe.py'), to: '/root/clock-probe.py' })
  const declaration = `match: { units: [${[`${probe.unit}.service`, ...units].join(', ')}] }\\nserviceAddress: ${probe.address}/24\\n`
  await shell.run(`printf '${declaration}' > ${folder}/${probe.group}.yaml`)
  await shell.run(`ip address add ${probe.address}/24 dev $(ls /sys/class/net | grep ^e)`)
  await shell.run(
    `systemd-run --quiet --unit=${probe.unit} python3 -I /root/clock-probe.py ${log} ${probe.address} ${probe.port}`,
  )
  await shell.run(until('begun'))
}

/** Arms its timers anew. Answers when they are due by the guest's wall clock, in seconds since 1970. */
export async function armProbe(shell: GuestShell): Promise<number> {
  await shell.run(`: > ${log}; systemctl kill --signal=USR1 ${probe.unit}`)
  await shell.run(until('armed'))
  const armed = (await sightingsIn(shell)).find(({ event }) => event === 'armed')
  if (armed?.event !== 'armed') throw new Error('the probe did not arm its timers')
  return armed.due
}

/** What it saw since it was armed, in order. */
export async function sightingsIn(shell: GuestShell): Promise<Sighting[]> {
  const text = await shell.run(`cat ${log}`)
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => sighting.parse(JSON.parse(line)))
}
