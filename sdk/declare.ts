/**
 * What programs inside of a guest import, as `cleave-vm/declare`, to declare their own processes as a group and to be
 * told of a split. It needs nothing but Node.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  type ApplicationMessage,
  declarationEnding,
  declaredFolder,
  socketEnding,
} from '../proto/application.ts'
import { UnavailableError } from '../proto/errors.ts'
import { checkName } from '../proto/names.ts'
import { listenPrivately } from '../proto/unix-socket.ts'
import { answerOn, type Tell } from './declare/answer.ts'

export { CleaveError, InvalidRequestError, UnavailableError } from '../proto/errors.ts'

/** A split is about to come. */
export interface BeforeSplitEvent {
  /** The id of the operation, the same for all that is said about it. */
  operation: string
  /** The group that this program is in: its own, unless an admin declared another that it belongs to. */
  group: string
  /** The names of the children in which the group goes on: one, unless it is replicated. */
  children: readonly string[]
  /**
   * Asks for so many seconds from now. It may be called as often as needed; 60 s after the event there is no more time.
   * Without it there are 10 s.
   */
  wait(seconds: number): void
}

/** The group goes on. */
export interface AfterSplitEvent {
  operation: string
  group: string
  /** `split`: in a child. `undone`: where it was, for the split was taken back. */
  outcome: 'split' | 'undone'
  /** The name of the child; empty when the split was taken back. */
  child: string
  /** All groups that go on in it. */
  groups: readonly string[]
  /** As that of {@link BeforeSplitEvent}. */
  wait(seconds: number): void
}

export interface DeclareOptions {
  /** The name of the user that this program runs as, or that name with a hyphen and more: `shop`, `shop-cart`. */
  name: string
  /** Which of the user's processes belong to it, besides this one and what is coupled to them. @default none */
  match?: {
    /** Regular expressions on command lines, which can be matched in linear time. At most 16. */
    commands?: readonly string[]
    /** At most 16. */
    pids?: readonly number[]
  }
  /** What clients reach it on. @default none */
  endpoints?: readonly { name: string; protocol: 'tcp' | 'udp'; port: number }[]
  /**
   * Called before a split, while all still runs. The split goes on when its promise is fulfilled; when it throws, the
   * split is taken back, and the message of what it threw is the reason that is shown. @default goes on at once
   */
  beforeSplit?(event: BeforeSplitEvent): void | Promise<void>
  /**
   * Called in the child that the group goes on in, and where a split was taken back whose {@link beforeSplit} was
   * called. What it throws is reported, and changes nothing. @default does nothing
   */
  afterSplit?(event: AfterSplitEvent): void | Promise<void>
  /** Where the agent looks for it. @default /run/cleave-declared */
  folder?: string
}

export interface DeclaredGroup extends AsyncDisposable {
  readonly name: string
  /** The file that declares it. */
  readonly file: string
  /** Takes the declaration back. It also ends with this process. */
  withdraw(): Promise<void>
}

/**
 * Declares the group. It does not keep the program alive. A declaration of an earlier process is replaced.
 *
 * @throws InvalidRequestError `BAD_NAME`
 * @throws UnavailableError `NOT_DECLARED` when the folder is not there, as without an agent, or when the name is another
 *   user's
 */
export async function declareGroup(options: DeclareOptions): Promise<DeclaredGroup> {
  const { name, match = {}, endpoints = [], folder = declaredFolder } = options
  checkName(name, 'group')
  const file = join(folder, `${name}${declarationEnding}`)
  const socket = join(folder, `${name}${socketEnding}`)
  const server = createServer((connection) => answerOn(connection, tellerOf(options)))
  try {
    rmSync(socket, { force: true })
    await listenPrivately(server, socket)
    server.unref()
    const declaration = { process: ownProcess(), match, endpoints, listens: true }
    writeWhole(file, `${JSON.stringify(declaration)}\n`)
  } catch (cause) {
    server.close()
    throw notDeclared(name, file, cause)
  }
  const withdraw = async () => {
    rmSync(file, { force: true })
    await new Promise((resolve) => server.close(resolve))
  }
  return { name, file, withdraw, [Symbol.asyncDispose]: withdraw }
}

function tellerOf({ beforeSplit, afterSplit }: DeclareOptions): Tell {
  return async (message: ApplicationMessage, wait) => {
    if (message.event === 'beforeSplit') await beforeSplit?.({ ...message, wait })
    else await afterSplit?.({ ...message, wait })
  }
}

/** Whoever reads the file finds all of it. */
function writeWhole(file: string, text: string): void {
  // No declaration has a dot in its name.
  const beside = `${file}.${process.pid}`
  rmSync(beside, { force: true })
  writeFileSync(beside, text, { flag: 'wx', mode: 0o644 })
  renameSync(beside, file)
}

/** The pid and when it started: another process may have the pid later. */
function ownProcess(): { pid: number; startTicks: number } {
  const stat = readFileSync('/proc/self/stat', 'latin1')
  // The name, which may hold anything, is in brackets; what follows begins with field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { pid: process.pid, startTicks: Number(fields[22 - 3]) }
}

function notDeclared(name: string, file: string, cause: unknown): UnavailableError {
  return new UnavailableError({
    code: 'NOT_DECLARED',
    message: `group ${name} can't be declared in ${file}: ${cause instanceof Error ? cause.message : cause}`,
    remedy:
      'Check that cleave-agent is installed in this machine, and that no other user has taken the name.',
    cause,
  })
}
