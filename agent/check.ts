/** What is wrong with the settings, the group files and the guest, before the agent runs with them. */
import type { CleaveError } from '../proto/errors.ts'
import type { YamlProblem } from '../proto/yaml.ts'
import { readConfig } from './config.ts'
import { createDeclarationReader } from './group/declaration/read.ts'
import { isInfrastructureUnit } from './group/infrastructure.ts'
import { missingRequirements } from './requirements.ts'

export interface CheckResult {
  problems: readonly YamlProblem[]
  /** What the guest lacks. */
  missing: readonly CleaveError[]
  /** Names of the groups that can be used. */
  groups: readonly string[]
}

/** Reads all that an admin may write, and looks at the guest. Groups are not looked for when the settings, which say where they are, are wrong. */
export async function checkGuest(configFile: string): Promise<CheckResult> {
  const missing = missingRequirements()
  const { value, problems } = await readConfig(configFile)
  if (value === undefined) return { problems, missing, groups: [] }
  const { groupsFolder, infrastructure } = value
  const isInfrastructure = (unit: string) => isInfrastructureUnit(unit, infrastructure)
  const set = createDeclarationReader({ folder: groupsFolder, isInfrastructure }).read()
  return { problems: set.problems, missing, groups: set.declarations.map(({ name }) => name) }
}
