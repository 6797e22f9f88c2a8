/** One line of a benchmark: a figure of ours beside a peer's from the same run. */
export interface Row {
  what: string
  /** The median of our runs. */
  value: number
  unit: string
  /** Who did the same; empty when nobody does. */
  peer: string
  /** The median of the peer's runs. */
  peerValue: number | null
  /** `value / peerValue`. */
  ratio: number | null
  /** What it should be, in words, empty for none. */
  aim: string
  /** Null without an aim. */
  met: boolean | null
  /** Smallest and largest of our runs. */
  spread: [number, number]
  runs: number
}

export interface RowOptions {
  what: string
  unit: string
  /** Our runs. */
  values: readonly number[]
  peer?: { name: string; values: readonly number[] }
  aim?: { text: string; met(value: number, ratio: number | null): boolean }
}

/** Makes a row of what was measured. Throws a RangeError without a run. */
export function row(options: RowOptions): Row {
  const { what, unit, values, peer, aim } = options
  const value = median(values)
  const peerValue = peer ? median(peer.values) : null
  const ratio = peerValue ? value / peerValue : null
  return {
    what,
    value: round(value),
    unit,
    peer: peer?.name ?? '',
    peerValue: peerValue === null ? null : round(peerValue),
    ratio: ratio === null ? null : round(ratio),
    aim: aim?.text ?? '',
    met: aim ? aim.met(value, ratio) : null,
    spread: [round(Math.min(...values)), round(Math.max(...values))],
    runs: values.length,
  }
}

/** The middle value, or the mean of the two middle ones. Throws a RangeError for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values')
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** Three significant digits: more would be noise. */
function round(value: number): number {
  return Number(value.toPrecision(3))
}
