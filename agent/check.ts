/** What is wrong with the settings and the group files, before the agent runs with them. */

import type { YamlProblem } from '../proto/yaml.ts'
import { readConfig } from './config.ts'
import { createDeclarationReader } from './group/declaration/read.ts'
import { isInfrastructureUnit } from './group/infrastructure.ts'

export interface CheckResult {
  problems: readonly YamlProblem[]
  /** Names of the groups that can be used. */
  groups: readonly string[]
}

/** Reads all that an admin may write. Groups are not looked for when the settings, which say where they are, are wrong. */
export async function checkFiles(configFile: string): Promise<CheckResult> {
  const { value, problems } = await readConfig(configFile)
  if (value === undefined) return { problems, groups: [] }
  const { groupsFolder, infrastructure } = value
  const isInfrastructure = (unit: string) => isInfrastructureUnit(unit, infrastructure)
  const set = createDeclarationReader({ folder: groupsFolder, isInfrastructure }).read()
  return { problems: set.problems, groups: set.declarations.map(({ name }) => name) }
}
