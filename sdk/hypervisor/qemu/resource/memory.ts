/** Memory that is plugged into a machine that runs, and taken out of it. */
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CleaveError, UnansweredError } from '../../../../proto/errors.ts'
import type { MachineRecord, PluggedMemory, PluggedResources } from '../../../store/records.ts'
import { checkMemoryRoom, createPluggedFile, deletePluggedFiles } from '../memory/memory-file.ts'
import { memoryBytes } from '../memory/size.ts'
import type { QmpClient } from '../qmp/client.ts'
import { backendOf, memoryBackend, memoryDevice, pluggedFile } from './devices.ts'
import { placeOf } from './place.ts'

const mebibyte = 1024 * 1024

/** A guest takes tenths of a second to let go of memory that it does not use. */
const releaseMs = 20_000
/** A guest that was busy with something else may have missed that it was asked. */
const askAgainMs = 2000

/** How memory that is to be plugged in will be known: see `ResourcePlugging.placeMemory`. */
export async function placeMemory(options: {
  machine: MachineRecord
  /** That the machine has, or will have, of its own. */
  memoryFile: string
  sizeMiB: number
  monitor: QmpClient
}): Promise<PluggedMemory> {
  const { machine, memoryFile, sizeMiB, monitor } = options
  const present = (await presentMemory(monitor)).map(({ slot, address, bytes }) => ({
    slot,
    address,
    sizeMiB: bytes / mebibyte,
  }))
  const place = placeOf({ name: machine.name, bootBytes: memoryBytes(machine), present, sizeMiB })
  const id = `memory-${place.slot}`
  return { id, sizeMiB, ...place, file: pluggedFile(memoryFile, id) }
}

/** See `ResourcePlugging.plugMemory`. */
export async function plugMemory(options: {
  machine: MachineRecord
  wanted: PluggedResources
  others: readonly MachineRecord[]
  monitor: QmpClient
}): Promise<void> {
  const { machine, wanted, others, monitor } = options
  const present = (await presentMemory(monitor)).map(({ id }) => id)
  const wantedIds = new Set(wanted.memory.map(({ id }) => id))
  for (const id of present.toReversed()) if (!wantedIds.has(id)) await unplug(machine, id, monitor)
  await removeBackends(monitor)
  await deletePluggedFiles(machine, wanted.memory)
  const missing = wanted.memory.filter(({ id }) => !present.includes(id))
  if (missing.length > 0) await checkRoom(machine, missing, others)
  for (const memory of missing) await plug(machine, memory, monitor)
}

async function presentMemory(monitor: QmpClient) {
  const devices = await monitor.execute('query-memory-devices')
  return devices.flatMap(({ type, data: { id = '', slot = 0, addr = 0, size = 0 } }) =>
    type === 'dimm' ? [{ id, slot, address: addr, bytes: size }] : [],
  )
}

async function checkRoom(
  machine: MachineRecord,
  missing: readonly PluggedMemory[],
  others: readonly MachineRecord[],
): Promise<void> {
  const sizeMiB = missing.reduce((sum, memory) => sum + memory.sizeMiB, 0)
  await checkMemoryRoom({
    who: `${machine.name} asks for`,
    machines: [{ memoryMiB: sizeMiB }],
    folder: dirname(machine.memoryFile),
    others,
  })
}

async function plug(machine: MachineRecord, memory: PluggedMemory, monitor: QmpClient): Promise<void> {
  await using undo = new AsyncDisposableStack()
  await createPluggedFile(memory)
  undo.defer(() => rm(memory.file, { force: true }))
  await monitor.execute('object-add', {
    'qom-type': 'memory-backend-file',
    ...memoryBackend(machine, memory),
  })
  undo.defer(() => removeBackend(memory.id, monitor))
  await monitor.execute('device_add', { driver: 'pc-dimm', ...memoryDevice(memory) })
  undo.move()
  // Nobody maps the memory of a machine that is a copy itself.
  if (machine.memory === 'private') await rm(memory.file, { force: true })
}

async function unplug(machine: MachineRecord, id: string, monitor: QmpClient): Promise<void> {
  const deadline = performance.now() + releaseMs
  do {
    await unlessUnderWay(monitor.execute('device_del', { id }))
    const isGone = await deleted(monitor, id)
    if (isGone) return
  } while (performance.now() < deadline)
  throw new UnansweredError({
    code: 'MEMORY_NOT_RELEASED',
    message: `${machine.name} did not let go of ${id} within ${releaseMs} ms`,
    remedy: 'Its guest may use it again, or be busy: try again.',
  })
}

/** QEMU refuses a request while another one for the same device waits for the guest, and when that was granted. */
async function unlessUnderWay(request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    if (!(error instanceof CleaveError && refusals.has(error.code))) throw error
  }
}

const refusals = new Set(['QMP_GENERICERROR', 'QMP_DEVICENOTFOUND'])

async function deleted(monitor: QmpClient, id: string): Promise<boolean> {
  const matches = (data: Record<string, unknown>) => data['device'] === id
  try {
    await monitor.waitForEvent('DEVICE_DELETED', { timeoutMs: askAgainMs, matches })
    return true
  } catch (error) {
    if (error instanceof CleaveError && error.code === 'QMP_TIMEOUT')
      return !(await presentMemory(monitor)).some((one) => one.id === id)
    throw error
  }
}

/** Those that a process which ended in the middle left without a device, and those of devices that have just gone. */
async function removeBackends(monitor: QmpClient): Promise<void> {
  const present = new Set((await presentMemory(monitor)).map(({ id }) => backendOf({ id })))
  const objects = await monitor.execute('qom-list', { path: '/objects' })
  const left = objects.filter(({ name }) => /^memory-\d+-file$/.test(name) && !present.has(name))
  for (const { name } of left) await monitor.execute('object-del', { id: name })
}

async function removeBackend(id: string, monitor: QmpClient): Promise<void> {
  await monitor.execute('object-del', { id: backendOf({ id }) })
}
