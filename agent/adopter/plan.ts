/** What an adopter is told before the guest is copied. Pure. */

/** A few system calls. */
export type Action =
  /** In place, or a new file where there is none. Nothing is written through to the disk. */
  | { do: 'write'; path: string; data: string }
  /** Shows one file at the place of another: mount(2) with MS_BIND. */
  | { do: 'mount'; source: string; target: string }
  /** Commands of `ip -batch`. In each copy once. */
  | { do: 'ip'; batch: string }
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

/** Any other process has to be in one of `cgroups` or the kernel's: else the adopter fails. */
export interface KnownProcesses {
  processes: readonly number[] | 'any'
  cgroups: readonly string[]
}

// The lines that the program reads (program.ts): words parted by tabs, all but the first in hexadecimal.

/** What was told before of the same children counts no more. */
export function encodePlan({ operation, children }: AdopterPlan): string {
  return [line('operation', operation), ...children.flatMap(encodeChild)].join('')
}

/** The last that an adopter is told: from then on it waits for orders. */
export function encodeKnown({ processes, cgroups }: KnownProcesses): string {
  return [
    line('processes', processes === 'any' ? processes : processes.join(' ')),
    ...cgroups.map((path) => line('cgroup', path)),
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
  return line(what, ...Object.values(fields).map(String))
}

function line(word: string, ...fields: string[]): string {
  return `${[word, ...fields.map((field) => Buffer.from(field).toString('hex'))].join('\t')}\n`
}
