/** Spreads groups over so many children. Pure. */
import { RefusedError } from '../../proto/errors.ts'
import type { AssignmentRules } from './rules.ts'
import { bondedSets, type Workload, type WorkloadGroup } from './workload.ts'

/** What a child is to get a fair share of. */
export type Measure = 'use' | 'processes'

export interface BalanceOptions {
  into: number
  /** `use`: of measured CPU and memory, whichever weighs more; `processes`: of their number. */
  measure: Measure
  rules: AssignmentRules
  /** The machine that is split, for messages. */
  parent: string
}

/** Groups that go to the same child. */
interface Unit {
  names: string[]
  /** Its share of all there is, for each thing that is measured. */
  shares: number[]
  isRunning: boolean
  /** Units that it can't be with. */
  apart: Set<Unit>
}

interface Place {
  units: Unit[]
  shares: number[]
}

/** Steps of the search: far more than any workload needs that has an answer which is easily found. */
const mostSteps = 20_000

/**
 * Largest first, each to the child that it leaves least loaded (the LPT rule of multiprocessor scheduling, Graham 1969);
 * where rules keep groups apart, it goes back when it comes to a dead end.
 *
 * @returns the groups of each child, without those that are on every child
 * @throws RefusedError `TOO_FEW_GROUPS`, `RULES_CONFLICT`
 */
export function balance(workload: Workload, { into, measure, rules, parent }: BalanceOptions): string[][] {
  const units = unitsOf(workload, measure, rules)
  const running = units.filter(({ isRunning }) => isRunning).length
  // A child may also run nothing but what every child runs.
  if (running < into && !rules.everyChild?.length) throw tooFewGroups(parent, running, into)
  units.sort(
    (a, b) => Number(b.isRunning) - Number(a.isRunning) || Math.max(...b.shares) - Math.max(...a.shares),
  )
  const places = Array.from({ length: into }, (): Place => ({ units: [], shares: [0, 0] }))
  let steps = 0
  const place = (index: number): boolean => {
    const unit = units[index]
    if (unit === undefined) return true
    for (const candidate of candidates(places, unit, running - index)) {
      steps += 1
      if (steps > mostSteps) return false
      const before = candidate.shares
      candidate.units.push(unit)
      candidate.shares = sum(before, unit.shares)
      if (place(index + 1)) return true
      candidate.units.pop()
      candidate.shares = before
    }
    return false
  }
  if (!place(0)) throw rulesConflict(into)
  return places.map(({ units }) => units.flatMap(({ names }) => names))
}

/** The best first. */
function candidates(places: readonly Place[], unit: Unit, runningLeft: number): Place[] {
  const empty = places.filter(({ units }) => units.length === 0)
  // The last running ones are kept for the children that have none.
  const open = unit.isRunning && runningLeft <= empty.length ? empty : places
  return open
    .filter(({ units }) => !units.some((other) => unit.apart.has(other)))
    .map((place) => ({ place, load: Math.max(...sum(place.shares, unit.shares)) }))
    .sort((a, b) => a.load - b.load)
    .map(({ place }) => place)
}

function unitsOf(workload: Workload, measure: Measure, rules: AssignmentRules): Unit[] {
  const { together = [], apart = [], everyChild = [], weights = {} } = rules
  const groups = workload.groups.filter(({ name }) => !everyChild.includes(name))
  const known = new Set(groups.map(({ name }) => name))
  const rulesAsBonds = together.flatMap(([first = '', ...others]) =>
    others.map((other) => ({ group: first, other, reasons: [] })),
  )
  const bonds = [...workload.bonds, ...rulesAsBonds].filter(
    ({ group, other }) => known.has(group) && known.has(other),
  )
  const measured = measure === 'use' ? [cpu, memory] : [processes]
  const totals = measured.map(
    (value) => total(groups, (group) => value(group) * (weights[group.name] ?? 1)) || 1,
  )
  const units = bondedSets({ groups, bonds }).map(
    (set): Unit => ({
      names: set.map(({ name }) => name),
      shares: measured.map(
        (value, index) =>
          total(set, (group) => value(group) * (weights[group.name] ?? 1)) / (totals[index] ?? 1),
      ),
      isRunning: set.some(({ running }) => running),
      apart: new Set(),
    }),
  )
  keepApart(units, apart)
  return units
}

function keepApart(units: readonly Unit[], apart: readonly (readonly string[])[]): void {
  const unitOf = (name: string) => units.find(({ names }) => names.includes(name))
  for (const names of apart) {
    for (const [index, name] of names.entries()) {
      for (const other of names.slice(index + 1)) {
        const [one, two] = [unitOf(name), unitOf(other)]
        if (one === undefined || two === undefined) continue
        if (one === two) throw coupledApart(name, other)
        one.apart.add(two)
        two.apart.add(one)
      }
    }
  }
}

const cpu = (group: WorkloadGroup) => group.cpuCores
const memory = (group: WorkloadGroup) => group.memoryBytes
const processes = (group: WorkloadGroup) => group.processes

function total(groups: readonly WorkloadGroup[], value: (group: WorkloadGroup) => number): number {
  return groups.reduce((all, group) => all + value(group), 0)
}

function sum(one: readonly number[], other: readonly number[]): number[] {
  return other.map((share, index) => share + (one[index] ?? 0))
}

function tooFewGroups(parent: string, running: number, into: number): RefusedError {
  return new RefusedError({
    code: 'TOO_FEW_GROUPS',
    message: `${parent} has ${running} groups that can be parted, too few for ${into} children`,
    remedy: 'Split into fewer, or look at `cleave groups` for what couples them.',
  })
}

function coupledApart(one: string, other: string): RefusedError {
  return new RefusedError({
    code: 'RULES_CONFLICT',
    message: `the rules keep ${one} and ${other} apart, but coupling or another rule keeps them together`,
    remedy: 'See why with `cleave groups`, and change the rules.',
  })
}

function rulesConflict(into: number): RefusedError {
  return new RefusedError({
    code: 'RULES_CONFLICT',
    message: `no way was found to spread the groups over ${into} children and keep apart what the rules keep apart`,
    remedy: 'Split into more children, or change the rules.',
  })
}
