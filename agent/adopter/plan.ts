/** What an adopter is told before the guest is copied. Pure. */

/** A few system calls. */
export type Action =
  /** In place, or a new file where there is none. Nothing is written through to the disk. */
  | { do: 'write'; path: string; data: string }
  /** A folder comes to another place, where an empty one may be. */
  | { do: 'move'; source: string; target: string }
  /** Shows one file at the place of another: mount(2) with MS_BIND. */
  | { do: 'mount'; source: string; target: string }
  /** One request to the kernel's routing socket, which it has to acknowledge: rtnetlink(7). */
  | { do: 'netlink'; what: string; message: Uint8Array }
  /** The host's entropy goes into the kernel's random generator, which takes it up at once: RNDRESEEDCRNG, random(4). */
  | { do: 'reseed'; device: string }
  /** The wall clock goes to the host's word where it is off. */
  | { do: 'clock'; slowMicroseconds: number; fastMicroseconds: number }

export interface PlannedItem {
  /** Stable: callers know items by it. */
  name: string
  /** When it fails, so does all. */
  isRequired: boolean
  /** False for what is known to be impossible. */
  done: boolean
  /** What will have happened, or why it was not done. */
  detail: string
  actions: readonly Action[]
}

export interface PlannedChild {
  name: string
  /** In this order, before the host is told that it is adopted. */
  items: readonly PlannedItem[]
  /** When the host says so. */
  resume: readonly Action[]
}

export interface AdopterPlan {
  operation: string
  children: readonly PlannedChild[]
}

/** What to freeze when the host says so, and who may run then. */
export interface Freezing {
  cgroups: readonly FreezingCgroup[]
  /** Any other process has to be in one of `cgroups` or `infrastructure`, or the kernel's: else nothing is frozen. */
  processes: readonly number[]
  /** Cgroups, as /proc/PID/cgroup has them, in which processes may start. */
  infrastructure: readonly string[]
}

export interface FreezingCgroup {
  /** As /proc/PID/cgroup has it. */
  path: string
  folder: string
  /** Somebody else froze it before: so it stays when the others thaw. */
  wasFrozen: boolean
}

// The lines that the program reads (program.ts): words parted by tabs, all but the first in hexadecimal.

/** What was told before of the same children counts no more. */
export function encodePlan({ operation, children }: AdopterPlan): string {
  return [line('operation', operation), ...children.flatMap(encodeChild)].join('')
}

/** The last that an adopter is told: from then on it waits for orders. */
export function encodeFreezing({ cgroups, processes, infrastructure }: Freezing): string {
  return [
    line('processes', processes.join(' ')),
    ...infrastructure.map((path) => line('cgroup', path)),
    ...cgroups.flatMap(({ path, folder, wasFrozen }) => [
      line('cgroup', path),
      line('freeze', folder, wasFrozen ? '1' : '0'),
    ]),
    line('listen'),
  ].join('')
}

function encodeChild({ name, items, resume }: PlannedChild): string[] {
  return [
    line('part', `adopt ${name}`),
    ...items.flatMap((item) => [
      line('item', item.name, item.isRequired ? '1' : '0', item.done ? '1' : '0', item.detail),
      ...item.actions.map(encodeAction),
    ]),
    line('part', `resume ${name}`),
    line('item', 'resume', '1', '1', ''),
    ...resume.map(encodeAction),
  ]
}

function encodeAction({ do: what, ...fields }: Action): string {
  return line(what, ...Object.values(fields))
}

function line(word: string, ...fields: (string | number | Uint8Array)[]): string {
  const bytes = (field: string | number | Uint8Array) =>
    field instanceof Uint8Array ? Buffer.from(field) : Buffer.from(String(field))
  return `${[word, ...fields.map((field) => bytes(field).toString('hex'))].join('\t')}\n`
}
