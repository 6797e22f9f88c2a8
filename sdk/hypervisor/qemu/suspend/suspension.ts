/** A split by a state file: one parent stops and is saved, all its children load what it was and run. */
import { FailedError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import type { Suspension } from '../../handover.ts'
import { type BootOptions, bootRestorer } from '../boot.ts'
import type { Monitored } from '../fork/fork.ts'
import { prepareMigration } from '../fork/migration.ts'
import { pauseTimings } from '../fork/timings.ts'
import { restore } from './restore.ts'
import { type Saved, save } from './save.ts'
import { openReader, openStateFile } from './state-file.ts'

export interface SuspensionOptions extends Omit<BootOptions, 'machine'> {
  parent: Monitored
  children: readonly MachineRecord[]
}

/** Starts the children, each with the state file open: it is written once, and copied for none. */
export async function prepareSuspend(options: SuspensionOptions): Promise<Suspension> {
  const { parent } = options
  await using resources = new AsyncDisposableStack()
  const file = resources.use(await openStateFile(parent.machine))
  const children: Monitored[] = []
  // One after the other: each looks whether there is still room for its memory.
  for (const machine of options.children) {
    await using reader = await openReader(file)
    const monitor = await bootRestorer({ ...options, machine }, reader.fd)
    children.push({ machine, monitor: resources.use(monitor) })
  }
  await prepareMigration(parent.monitor, { memory: 'sent' })
  // As fast as it can be written. While QEMU sends the last of it, it answers nobody: that is what a millisecond takes.
  await parent.monitor.execute('migrate-set-parameters', { 'max-bandwidth': 0, 'downtime-limit': 1 })
  const heir = children.find(({ machine }) => machine.macAddress === parent.machine.macAddress)?.machine
  let saved: Saved | undefined
  const owned = resources.move()
  return {
    async save() {
      saved = await save({ parent, file, heir })
    },
    async restore() {
      if (saved === undefined) throw notSaved(parent.machine)
      return pauseTimings({ ...saved, ...(await restore(children)) })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function notSaved({ name }: MachineRecord): FailedError {
  return new FailedError({
    code: 'STATE_NOT_SAVED',
    message: `the state of ${name} is in no file that its children could load`,
    remedy: 'This is a defect of Cleave: please report it.',
  })
}
