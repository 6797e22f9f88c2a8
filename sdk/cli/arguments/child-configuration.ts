/** How children of a stateless split differ from their parent, as people type it. Pure. */
import { InvalidRequestError } from '../../../proto/errors.ts'
import type { ChildConfiguration } from '../../planning/configuration.ts'

/** What one option said, for one child or for each. */
export interface GivenConfiguration {
  child: string | undefined
  configuration: ChildConfiguration
}

/**
 * Makes the parser of an option that takes `VALUE` for each child or `CHILD=VALUE` for one, and may be repeated.
 *
 * @param read throws when the value is of no use
 */
export function parseGiven(read: (value: string) => ChildConfiguration) {
  return (text: string, before: readonly GivenConfiguration[] = []): GivenConfiguration[] => {
    const [, child, value = ''] = /^(?:([a-z0-9-]+)=)?(.*)$/s.exec(text) ?? []
    return [...before, { child, configuration: read(value) }]
  }
}

/** What is said of one child goes before what is said of each. */
export function configurationOf(given: readonly GivenConfiguration[], child: string): ChildConfiguration {
  const forEach = given.filter((one) => one.child === undefined)
  const forThis = given.filter((one) => one.child === child)
  return Object.assign({}, ...[...forEach, ...forThis].map(({ configuration }) => configuration))
}

/** @throws InvalidRequestError `USAGE` when something is said of a child that there won't be */
export function checkGiven(given: readonly GivenConfiguration[], children: readonly string[]): void {
  const stranger = given.find(({ child }) => child !== undefined && !children.includes(child))
  if (stranger === undefined) return
  throw new InvalidRequestError({
    code: 'USAGE',
    message: `an option is for ${stranger.child}, which is none of the named children`,
    remedy:
      children.length === 0
        ? 'Give the value alone: it holds for each child of --into.'
        : `Name one of ${children.join(', ')}, or give the value alone for each child.`,
  })
}
