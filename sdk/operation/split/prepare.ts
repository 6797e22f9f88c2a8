import type { MachineRecord } from '../../store/records.ts'
import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'

/**
 * Makes every child as a process that waits for its parent's state, and connects with all that the pause needs. The
 * parent runs on and notices nothing.
 */
export const prepare: WorkStep<SplitContext> = {
  name: 'prepare',
  commits: false,
  async run(context) {
    const { prepared, hypervisor, adopters, agents } = context
    const { parent, children } = prepared
    await Promise.all(
      children.map(async (child) => {
        await hypervisor.createDisk(child)
        await createOverlays(context, child)
        await hypervisor.spawnChild(parent, child)
        // A guest whose host is gone when it wakes would deal with that first, while clients wait for it.
        await Promise.all([adopters.open(child), agents.hold(child)])
      }),
    )
    context.fork = await hypervisor.prepareFork(parent, children)
  },
  async undo(context) {
    await endFork(context)
    await removeChildren(context)
  },
}

/** For the disks of groups: nobody knows yet which child goes on with which. */
export async function createOverlays(
  { store, hypervisor }: SplitContext,
  { disks = [] }: MachineRecord,
): Promise<void> {
  for (const { name, image } of disks) {
    await hypervisor.createOverlay({ disk: store.disks.get(name), overlay: image })
  }
}

/** Ends every child, and deletes all that was made for it. May be repeated. */
export async function removeChildren(context: SplitContext): Promise<void> {
  const { prepared, hypervisor, store, adopters, agents } = context
  await Promise.all(
    prepared.children.map(async (child) => {
      adopters.close(child)
      await agents.end(child)
      await hypervisor.end(child)
      await hypervisor.deleteDisk(child)
      store.machines.delete(child.name)
    }),
  )
}

/** Without effect when there is none, or when it was ended already. */
export async function endFork(context: SplitContext): Promise<void> {
  const { fork } = context
  context.fork = undefined
  await fork?.[Symbol.asyncDispose]()
}
