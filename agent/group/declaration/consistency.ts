/** What several group files say together. Pure. */
import { LineCounter, parseDocument } from 'yaml'
import type { YamlProblem } from '../../../proto/yaml.ts'
import type { Declaration, DeclarationSet } from './types.ts'

/** A declaration and the text that it came from, to find lines in. */
export interface DeclarationSource {
  declaration: Declaration
  text: string
}

type Path = readonly (string | number)[]

interface Finding {
  source: DeclarationSource
  path: Path
  message: string
}

type Sources = ReadonlyMap<string, DeclarationSource>

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
  const used = new Map<string, DeclarationSource>()
  for (const source of sources) {
    if (!used.has(source.declaration.name)) used.set(source.declaration.name, source)
  }
  const findings = [
    ...sources.flatMap((source) => findNamesake(source, used)),
    ...[...used.values()].flatMap((source) => [
      ...findBadNames(source, 'together', used),
      ...findBadNames(source, 'apart', used),
      ...findInfrastructure(source, isInfrastructure),
    ]),
    ...findClaimedTwice([...used.values()]),
  ]
  return {
    declarations: [...used.values()].map(({ declaration }) => declaration),
    problems: findings.map(toProblem),
  }
}

function findNamesake(source: DeclarationSource, used: Sources): Finding[] {
  const { name } = source.declaration
  const first = used.get(name)
  if (first === undefined || first === source) return []
  const message = `group ${name} is already declared in ${first.declaration.file}; this file is not used`
  return [{ source, path: ['name'], message }]
}

/** The groups that `together` and `apart` name. */
function findBadNames(source: DeclarationSource, key: 'together' | 'apart', used: Sources): Finding[] {
  const { declaration } = source
  return declaration[key].flatMap((name, index) => {
    const fault = faultOf(declaration, key, used.get(name)?.declaration)
    return fault === undefined ? [] : [{ source, path: [key, index], message: `${key}: ${name} ${fault}` }]
  })
}

function faultOf(one: Declaration, key: 'together' | 'apart', other: Declaration | undefined) {
  if (other === undefined) return 'is declared by no file'
  if (other === one) return 'is the group itself'
  const areTogether = one.together.includes(other.name) || other.together.includes(one.name)
  return key === 'apart' && areTogether
    ? 'is declared to stay together with it, so this has no effect'
    : undefined
}

function findInfrastructure(
  source: DeclarationSource,
  isInfrastructure: (unit: string) => boolean,
): Finding[] {
  return source.declaration.match.units.flatMap((unit, index) => {
    const message = `match.units: ${unit} is infrastructure, which every machine keeps for itself`
    return isInfrastructure(unit) ? [{ source, path: ['match', 'units', index], message }] : []
  })
}

/** What only one group can have. */
function findClaimedTwice(sources: readonly DeclarationSource[]): Finding[] {
  const owners = new Map<string, string>()
  return sources.flatMap((source) =>
    claimsOf(source.declaration).flatMap(({ what, path }) => {
      const { name } = source.declaration
      const owner = owners.get(what) ?? name
      owners.set(what, owner)
      return owner === name ? [] : [{ source, path, message: `${what} already belongs to group ${owner}` }]
    }),
  )
}

function claimsOf({ match, disks, serviceAddress }: Declaration): { what: string; path: Path }[] {
  const [address = ''] = serviceAddress.split('/')
  const claims = [
    ...match.units.map((unit, index) => ({ what: `unit ${unit}`, path: ['match', 'units', index] })),
    ...match.pids.map((pid, index) => ({ what: `process ${pid}`, path: ['match', 'pids', index] })),
    ...disks.flatMap(({ serial, uuid, iscsi, nfs, mountPoint }, index) => [
      { what: serial && `disk ${serial}`, path: ['disks', index, 'serial'] },
      { what: uuid && `disk ${uuid}`, path: ['disks', index, 'uuid'] },
      { what: iscsi ? `disk ${iscsi.lun} of ${iscsi.name}` : '', path: ['disks', index, 'iscsi'] },
      { what: nfs, path: ['disks', index, 'nfs'] },
      { what: `mount point ${mountPoint}`, path: ['disks', index, 'mountPoint'] },
    ]),
    { what: address && `service address ${address}`, path: ['serviceAddress'] },
  ]
  return claims.filter(({ what }) => what !== '')
}

/** At the value that the path leads to, or the beginning of the file. */
function toProblem({ source, path, message }: Finding): YamlProblem {
  const lines = new LineCounter()
  const node = parseDocument(source.text, { lineCounter: lines }).getIn(path, true)
  const range = (node as { range?: readonly number[] } | undefined)?.range
  const { line, col } = lines.linePos(range?.[0] ?? 0)
  return { file: source.declaration.file, line: Math.max(line, 1), column: Math.max(col, 1), message }
}
