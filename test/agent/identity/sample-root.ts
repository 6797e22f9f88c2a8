/** A folder that stands for the root of a guest. Use it in namespaces of its own only: it mounts. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import type { EstablishRequest, MachineIdentity } from '../../../proto/generated/messages.ts'

export interface SampleRoot extends AsyncDisposable {
  root: string
  write(path: string, text: string): void
  read(path: string): string
}

/** Files of `path: text`; kernel files that identity touches are there as plain files or as the kernel's own. */
export async function createSampleRoot(files: Record<string, string> = {}): Promise<SampleRoot> {
  const root = mkdtempSync(join(tmpdir(), 'cleave-root-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  write('proc/sys/kernel/hostname', 'template\n')
  write('proc/sys/kernel/random/boot_id', '11111111-1111-4111-8111-111111111111\n')
  symlinkSync('/proc/sys/net', join(root, 'proc/sys/net'))
  symlinkSync('/dev', join(root, 'dev'))
  mkdirSync(join(root, 'sys'))
  // The kernel shows the interfaces of the namespace in which it was mounted.
  await execa('mount', ['-t', 'sysfs', 'none', join(root, 'sys')])
  for (const [path, text] of Object.entries(files)) write(path, text)
  return {
    root,
    write,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    async [Symbol.asyncDispose]() {
      await execa('umount', ['--quiet', join(root, 'sys')])
      await execa('umount', ['--quiet', join(root, 'proc/sys/kernel/random/boot_id')], { reject: false })
      rmSync(root, { recursive: true })
    },
  }
}

/** A pair of interfaces, `eth0` and its other end. */
export async function addInterface(): Promise<void> {
  await execa('ip', ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'other0'])
  await execa('ip', ['link', 'set', 'other0', 'up'])
}

export interface OtherHost extends AsyncDisposable {
  run(...command: [program: string, ...words: string[]]): Promise<void>
}

/** A network namespace that one end of a pair goes into. Both ends go with it. */
export async function otherHost(name: string): Promise<OtherHost> {
  const process = execa('unshare', ['--net', 'sleep', 'infinity'], { reject: false })
  const { pid = 0 } = process
  const enter = (...words: string[]) => execa('nsenter', ['--net', `--target=${pid}`, ...words])
  // Until it has left this one.
  while ((await enter('ip', '-brief', 'link')).stdout.includes(name)) await delay(10)
  await execa('ip', ['link', 'set', name, 'netns', String(pid)])
  await enter('ip', 'link', 'set', name, 'up')
  return {
    run: async (...command) => void (await enter(...command)),
    [Symbol.asyncDispose]: async () => {
      await enter('ip', 'link', 'delete', name)
      process.kill('SIGKILL')
      await process
    },
  }
}

export async function addressesOf(name: string): Promise<string[]> {
  const { stdout } = await execa('ip', ['-brief', 'address', 'show', 'dev', name])
  return stdout.trim().split(/\s+/).slice(2)
}

export function identityOf(change: Partial<MachineIdentity> = {}): MachineIdentity {
  return {
    hostname: 'shop-vm',
    machineId: '0123456789abcdef0123456789abcdef',
    network: {
      interface: 'eth0',
      macAddress: '52:54:00:12:34:56',
      addresses: ['10.77.0.10/24'],
      gateway: '10.77.0.1',
    },
    ...change,
  }
}

/** What a host sends to give a machine that identity. */
export function requestOf(identity: MachineIdentity | null): EstablishRequest {
  return { identity, entropy: Buffer.alloc(32, 7) }
}
