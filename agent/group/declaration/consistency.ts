/** What several group files say together. Pure. */
import { LineCounter, parseDocument } from 'yaml'
import type { YamlProblem } from '../../yaml.ts'
import type { Declaration, DeclarationSet } from './types.ts'

/** A declaration and the text that it came from, to find lines in. */
export interface DeclarationSource {
  declaration: Declaration
  text: string
}

type Path = readonly (string | number)[]

/**
 * Takes the sources in order. A group that was named before is left out; where others contradict each other, they
 * are used and the contradiction is told.
 *
 * @param isInfrastructure says of a unit whether it is no part of the workload, so that no group can have it
 */
export function checkConsistency(
  sources: readonly DeclarationSource[],
  isInfrastructure: (unit: string) => boolean,
): DeclarationSet {
  const problems: YamlProblem[] = []
  const used = new Map<string, DeclarationSource>()
  const tell = (source: DeclarationSource, path: Path, message: string) => {
    problems.push({ file: source.declaration.file, ...positionOf(source.text, path), message })
  }
  for (const source of sources) {
    const { name } = source.declaration
    const first = used.get(name)
    if (first === undefined) used.set(name, source)
    else
      tell(
        source,
        ['name'],
        `group ${name} is already declared in ${first.declaration.file}; this file is not used`,
      )
  }
  for (const source of used.values()) {
    checkNamed(source, used, tell)
    for (const [index, unit] of source.declaration.match.units.entries()) {
      if (!isInfrastructure(unit)) continue
      tell(
        source,
        ['match', 'units', index],
        `${unit} is infrastructure, which every machine keeps for itself`,
      )
    }
  }
  checkUnique([...used.values()], tell)
  return { declarations: [...used.values()].map(({ declaration }) => declaration), problems }
}

type Tell = (source: DeclarationSource, path: Path, message: string) => void

/** The groups that `together` and `apart` name. */
function checkNamed(
  source: DeclarationSource,
  used: ReadonlyMap<string, DeclarationSource>,
  tell: Tell,
): void {
  const { declaration } = source
  for (const key of ['together', 'apart'] as const) {
    for (const [index, name] of declaration[key].entries()) {
      const other = used.get(name)?.declaration
      if (other === undefined) tell(source, [key, index], `${key} names ${name}, which no file declares`)
      else if (other === declaration) tell(source, [key, index], `${key} names the group itself`)
      else if (
        key === 'apart' &&
        (declaration.together.includes(name) || other.together.includes(declaration.name))
      ) {
        tell(
          source,
          [key, index],
          `${name} is declared to stay together with this group; apart has no effect`,
        )
      }
    }
  }
}

/** What only one group can have. */
function checkUnique(sources: readonly DeclarationSource[], tell: Tell): void {
  const owners = new Map<string, string>()
  for (const source of sources) {
    for (const { what, path } of claims(source.declaration)) {
      const owner = owners.get(what)
      if (owner === undefined) owners.set(what, source.declaration.name)
      else if (owner !== source.declaration.name)
        tell(source, path, `${what} already belongs to group ${owner}`)
    }
  }
}

function claims({ match, disks, serviceAddress }: Declaration): { what: string; path: Path }[] {
  const address = serviceAddress.split('/')[0] ?? ''
  return [
    ...match.units.map((unit, index) => ({ what: `unit ${unit}`, path: ['match', 'units', index] })),
    ...match.pids.map((pid, index) => ({ what: `process ${pid}`, path: ['match', 'pids', index] })),
    ...disks.flatMap(({ serial, uuid, mountPoint }, index) => [
      ...(serial === '' ? [] : [{ what: `disk ${serial}`, path: ['disks', index, 'serial'] }]),
      ...(uuid === '' ? [] : [{ what: `disk ${uuid}`, path: ['disks', index, 'uuid'] }]),
      { what: `mount point ${mountPoint}`, path: ['disks', index, 'mountPoint'] },
    ]),
    ...(address === '' ? [] : [{ what: `service address ${address}`, path: ['serviceAddress'] }]),
  ]
}

/** Of the value at the path, or the beginning of the file. */
function positionOf(text: string, path: Path): { line: number; column: number } {
  const lineCounter = new LineCounter()
  const node = parseDocument(text, { lineCounter }).getIn(path, true) as { range?: [number] } | undefined
  const { line, col } = lineCounter.linePos(node?.range?.[0] ?? 0)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}
