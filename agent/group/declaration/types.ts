/** Declarations as the rest of the agent knows them. */
import type * as z from 'zod'
import type { ProcessId } from '../../../proto/generated/messages.ts'
import type { YamlProblem } from '../../../proto/yaml.ts'
import type { declarationSchema } from './schema.ts'

/** A declared group. */
export type Declaration = Omit<z.output<typeof declarationSchema>, 'name'> & {
  name: string
  /** The file that declares it. */
  file: string
  /** Set when it was not an admin who declared it. */
  application?: Application
}

/** The application that declared a group: only processes of its user can belong to it. */
export interface Application {
  userId: number
  /** The declaration counts for as long as it lives. */
  process: ProcessId
  /** Where it wants to be told of a split; undefined when it does not listen. */
  socket: string | undefined
}

/** All declarations that can be used, and what is wrong with the others. */
export interface DeclarationSet {
  /** By the names of their files. */
  declarations: readonly Declaration[]
  problems: readonly YamlProblem[]
}
