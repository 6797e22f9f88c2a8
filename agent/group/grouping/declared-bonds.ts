/** Bonds that declarations make or forbid. Pure. */
import { type Bond, Channel, type Edge, type Process } from '../../../proto/generated/messages.ts'
import { printable } from '../coupling/printable.ts'
import type { Declaration } from '../declaration/types.ts'
import type { Membership } from './membership.ts'
import type { Workload } from './types.ts'

/** True for two groups of which one declares the other `apart` and none declares the other `together`. */
export function mayBeCutBy(declarations: readonly Declaration[]): (group: string, other: string) => boolean {
  const pairs = (key: 'apart' | 'together') =>
    new Set(declarations.flatMap((one) => one[key].map((other) => pairKey(one.name, other))))
  const apart = pairs('apart')
  const together = pairs('together')
  return (group, other) => {
    const key = pairKey(group, other)
    return group !== other && apart.has(key) && !together.has(key)
  }
}

/** Bonds by `together`, and between groups that match the same process. */
export function declaredBonds(
  { declarations, processes, matches }: Workload,
  membership: Membership,
): { bonds: Bond[]; problems: string[] } {
  const example = new Map([...membership.values()].map(({ group, process }) => [group, process.id]))
  const names = new Set(declarations.map(({ name }) => name))
  const problems: string[] = []
  const bonds = declarations.flatMap(({ name, together, file }) =>
    together
      .filter((other) => other !== name && names.has(other))
      .map((other) => {
        const [from = null, to = null] = [example.get(name), example.get(other)]
        const evidence = `declared together in ${printable(file)}`
        return bond(name, other, { from, to, channel: Channel.CHANNEL_DECLARATION, evidence })
      }),
  )
  const contested = Map.groupBy(contestedProcesses(processes, matches), ({ groups }) => groups.join(' and '))
  for (const [both, [first, ...others]] of contested) {
    if (first === undefined) continue
    const more = others.length === 0 ? '' : ` and ${others.length} more`
    const what = `process ${first.process.id?.pid} (${printable(first.process.name)})${more}`
    const [group, other] = first.groups
    problems.push(`groups ${both} both match ${what}; ${group} has what both match`)
    const { id } = first.process
    const channel = Channel.CHANNEL_DECLARATION
    bonds.push(bond(group, other, { from: id, to: id, channel, evidence: `both match ${what}` }))
  }
  return { bonds, problems }
}

/** Each process with each two groups that it matches: the first and another. */
function contestedProcesses(
  processes: Workload['processes'],
  matches: Workload['matches'],
): { process: Process; groups: [string, string] }[] {
  return processes.flatMap(({ process }) => {
    const [first, ...others] = matches.get(process.id?.pid ?? 0) ?? []
    return others.map((other) => ({ process, groups: [first ?? other, other] as [string, string] }))
  })
}

/** One bond for each two groups, the reasons of the first before those of the others. */
export function mergeBonds(bonds: readonly Bond[]): Bond[] {
  const merged = new Map<string, Bond>()
  for (const { group, other, reasons } of bonds) {
    const key = pairKey(group, other)
    const known = merged.get(key)
    if (known === undefined) merged.set(key, { group, other, reasons: [...reasons] })
    else known.reasons.push(...reasons)
  }
  return [...merged.values()]
}

function bond(group: string, other: string, reason: Edge): Bond {
  return group < other
    ? { group, other, reasons: [reason] }
    : { group: other, other: group, reasons: [reason] }
}

function pairKey(group: string, other: string): string {
  return [group, other].sort().join(' ')
}
