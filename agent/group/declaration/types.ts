/** Declarations as the rest of the agent knows them. */
import type * as z from 'zod'
import type { YamlProblem } from '../../../proto/yaml.ts'
import type { declarationSchema } from './schema.ts'

/** A group that an admin declared. */
export type Declaration = Omit<z.output<typeof declarationSchema>, 'name'> & {
  name: string
  /** The file that declares it. */
  file: string
}

/** All declarations that can be used, and what is wrong with the others. */
export interface DeclarationSet {
  /** By the names of their files. */
  declarations: readonly Declaration[]
  problems: readonly YamlProblem[]
}
