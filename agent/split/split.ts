/** The guest's part of a split. */
import type { MountFor } from '../disk/mount-for.ts'
import { type CgroupTree, openCgroupTree } from '../group/control/cgroup.ts'
import type { Occupancy } from '../group/control/occupancy.ts'
import type { SurveyGuest } from '../group/control/types.ts'
import type { GuestIdentity } from '../identity/types.ts'
import { createUnits, type Units } from '../systemd/units.ts'
import { bequeath } from './calls/bequeath.ts'
import { inherit } from './calls/inherit.ts'
import { quiesce } from './calls/quiesce.ts'
import { release } from './calls/release.ts'
import { resume } from './calls/resume.ts'
import { settle } from './calls/settle.ts'
import { catchUp, openMemory, type SplitContext, type StartAdopter } from './context.ts'
import { holdsGroups, operationOf } from './state.ts'
import type { GuestSplit } from './types.ts'

export interface SplitOptions {
  survey: SurveyGuest
  occupancy: Occupancy
  identity: GuestIdentity
  /** @default the hierarchy that /proc/self/mounts names */
  tree?: CgroupTree
  /** @default systemd, where it runs */
  units?: Units
  /**
   * The folder that paths such as /run/cleave are below.
   *
   * @default '/'
   */
  root?: string
  /** Starts the process that waits, in each copy of the guest, to be told which child it is. */
  startAdopter: StartAdopter
  /** Mounts what a group needs before it starts. @default groups have no disks */
  mountDisks?: MountFor
  /** Tells what the guest uses of storage that it reaches over a network. @default nothing */
  networkStorage?: () => Promise<readonly string[]>
}

/**
 * Reads the state of a split that was under way when the agent ended.
 *
 * @throws UnavailableError `NO_CGROUP2` when the guest has no cgroup v2
 * @throws FailedError `BAD_SPLIT_STATE`
 */
export function createSplit(options: SplitOptions): GuestSplit {
  const {
    survey,
    occupancy,
    identity,
    tree = openCgroupTree(),
    units = createUnits(),
    root = '/',
    startAdopter,
    mountDisks = async () => {},
    networkStorage = async () => [],
  } = options
  const memory = openMemory(root)
  const context: SplitContext = {
    survey,
    occupancy,
    identity,
    tree,
    units,
    root,
    memory,
    startAdopter,
    mountDisks,
    networkStorage,
  }
  if (holdsGroups(memory.read())) occupancy.hold(operationOf(memory.read()))

  return {
    quiesce: (request) => occupancy.inTurn(() => quiesce(context, request)),
    release: (request) => occupancy.inTurn(() => release(context, request)),
    resume: (request) => occupancy.inTurn(() => resume(context, request)),
    settle: (request) => occupancy.inTurn(() => settle(context, request)),
    bequeath: (request) => occupancy.inTurn(() => bequeath(context, request)),
    inherit: (request) => occupancy.inTurn(() => inherit(context, request)),
    currentOperation: () => {
      catchUp(context)
      return operationOf(memory.read())
    },
  }
}
