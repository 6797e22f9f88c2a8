/**
 * How the agent and an application in the same guest speak about a split. The application owns a file in a folder
 * where everybody may put one, JSON with the name of its group, and may listen on a socket beside it. On each connection the agent says one thing, and
 * the application answers: one JSON object a line.
 */

/** Where applications declare themselves, as NAME.json. Sticky: nobody can replace another one's file. */
export const declaredFolder = '/run/cleave-declared'

export const declarationEnding = '.json'

/** Of the socket on which an application listens, beside its file. */
export const socketEnding = '.sock'

/** Bytes of a file. */
export const longestDeclaration = 8 * 1024

/** Bytes of one answer, its line end included. */
export const longestAnswerLine = 4096

/** Bytes of one message to an application, its line end included: it may name all groups of a guest. */
export const longestMessageLine = 128 * 1024

/** What an application has to answer its first line in, and all the time that it can ask for. Seconds. */
export const patience = { first: 10, whole: 60 } as const

/** The operation is about to split the group. Nothing is frozen yet, and the answer decides whether it goes on. */
export interface BeforeSplitMessage {
  event: 'beforeSplit'
  operation: string
  /** The application's. */
  group: string
  /** Those in which the group goes on: one, unless it is replicated. */
  children: string[]
}

/** The group goes on: in a child, or where it was because the split was taken back. */
export interface AfterSplitMessage {
  event: 'afterSplit'
  operation: string
  group: string
  outcome: 'split' | 'undone'
  /** Where it goes on, empty when the split was taken back. */
  child: string
  /** All groups that go on there. */
  groups: string[]
}

export type ApplicationMessage = BeforeSplitMessage | AfterSplitMessage

/** `ready` and `refuse` end the exchange; `wait` asks for so much time from now, as often as the patience allows. */
export type ApplicationAnswer =
  | { answer: 'ready' }
  | { answer: 'wait'; seconds: number }
  | { answer: 'refuse'; reason: string }
