/** The plan of a merge in JSON. Pure. Its result is a document as the SDK gives it. */
import type { MergePreview } from '../../operation/merge/begin.ts'
import { leadingDocument } from './routes.ts'

export function mergePlanDocument(plan: MergePreview) {
  return { ...plan, ...leadingDocument(plan) }
}

export type MergePlanDocument = ReturnType<typeof mergePlanDocument>
