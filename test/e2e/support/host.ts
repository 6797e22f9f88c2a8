/** A host of its own for one test file: home, bridge and machines that end with it. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { buildImage } from '../../../packaging/image/build-image.ts'
import type { Release } from '../../../packaging/image/releases.ts'
import { Cleave } from '../../../sdk/cleave.ts'
import { memoryFolder } from '../../../sdk/hypervisor/qemu/memory/memory-file.ts'
import type { Machine } from '../../../sdk/machine/machine.ts'
import { type GuestShell, openGuestShell } from './guest-shell.ts'

export interface TestHost extends AsyncDisposable {
  cleave: Cleave
  home: string
  /** Creates and starts a machine of the test image, and waits until its declared groups run. */
  startMachine(name: string, options?: StartMachineOptions): Promise<Machine>
  /** The root shell on a machine's console: the same one each time, while the machine's process is the same. */
  shell(machine: string): Promise<GuestShell>
  /** Everything that belongs to machines on this host: processes, taps, memory files, folders. */
  traces(): Promise<Traces>
}

export interface StartMachineOptions {
  /** @default 512 */
  memoryMiB?: number
  /** @default 'test' */
  image?: string
  /** @default 'bookworm' */
  release?: Release
  /** An image's folder, in place of `image` and `release`. */
  directory?: string
}

export interface Traces {
  processes: string[]
  taps: string[]
  memoryFiles: string[]
  folders: string[]
}

export const bridgeAddress = '10.77.0.1/24'
export const bridgeHost = '10.77.0.1'

export async function openTestHost(): Promise<TestHost> {
  const home = await mkdtemp(join(tmpdir(), 'cleave-'))
  const cleave = await Cleave.open({ home, bridge: 'cleave0', bridgeAddress })
  // A console serves one at a time.
  const shells = new Map<string, Promise<GuestShell>>()
  return {
    cleave,
    home,
    startMachine: async (name, { memoryMiB = 512, image = 'test', release, directory } = {}) => {
      const folder = directory ?? (await buildImage({ name: image, ...(release && { release }) })).directory
      const machine = await cleave.machines.create({ name, image: folder, memoryMiB })
      await machine.start()
      await declaredGroupsRun(machine)
      return machine
    },
    shell: async (machine) => {
      const known = shells.get(machine)
      if (known !== undefined && (await known).isOpen()) return await known
      const socket = cleave.hypervisor.consoleSocket(cleave.machines.get(machine).record())
      const shell = openGuestShell(socket)
      shells.set(machine, shell)
      return await shell
    },
    traces: () => tracesOf(home),
    [Symbol.asyncDispose]: async () => {
      // All of it, whatever fails: the machines of another test share the network.
      await using left = new AsyncDisposableStack()
      for (const folder of [home, memoryFolder(home)])
        left.defer(() => rm(folder, { recursive: true, force: true }))
      left.defer(() => cleave.close())
      for (const machine of cleave.machines.list().sort((a, b) => a.createdAt - b.createdAt)) {
        left.defer(() => cleave.hypervisor.end(machine))
      }
      // One that could not be opened was told of when it was asked for.
      const opened = await Promise.allSettled(shells.values())
      for (const shell of opened) if (shell.status === 'fulfilled') left.use(shell.value)
    },
  }
}

async function declaredGroupsRun(machine: Machine): Promise<void> {
  const deadline = performance.now() + 120_000
  for (;;) {
    const { groups } = await machine.groups()
    const waiting = groups.filter(({ state }) => state !== 'GROUP_STATE_RUNNING')
    if (groups.length > 0 && waiting.length === 0) return
    if (performance.now() > deadline)
      throw new Error(`not running: ${waiting.map(({ name }) => name).join(', ')}`)
    // Each look takes the guest's processor from what it waits for.
    await delay(2000)
  }
}

async function tracesOf(home: string): Promise<Traces> {
  const { stdout: links } = await execa('ip', ['-json', 'link', 'show', 'type', 'tun'])
  const { stdout: processes } = await execa('pgrep', ['-af', `^qemu-system-.*${home}/`], { reject: false })
  return {
    processes: processes.split('\n').filter(Boolean),
    taps: (JSON.parse(links || '[]') as { ifname: string }[]).map(({ ifname }) => ifname).sort(),
    memoryFiles: await readdir(memoryFolder(home)).catch(() => []),
    folders: await readdir(join(home, 'machines')).catch(() => []),
  }
}
