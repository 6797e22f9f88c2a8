/** Does this host's KVM run a kernel? That /dev/kvm opens says nothing: nested in some hosts it then hangs or fails. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { BootFiles } from '../../../store/records.ts'
import type { Accelerator } from '../../hypervisor.ts'
import { mayUse } from '../rights.ts'

export const kvmDevice = '/dev/kvm'

/** A kernel that KVM runs starts its init within a second or two. */
const probeMs = 5000
/** How much of the console is looked at. */
const longestConsole = 1024 * 1024
const isReady = (console: string) => /Run \S+ as init process/.test(console)

/** Boots a kernel under KVM and watches its serial console: `kvm` when it comes as far as its init. */
export async function probeAccelerator(boot: BootFiles): Promise<Accelerator> {
  if (!(await mayUse(kvmDevice))) return 'tcg'
  return (await startsInit(probeArguments(boot))) ? 'kvm' : 'tcg'
}

/** Pure. */
export function probeArguments({ kernel, initrd }: BootFiles): string[] {
  return [
    ...['-no-user-config', '-nodefaults', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
    ...['-machine', 'q35', '-accel', 'kvm', '-cpu', 'host', '-m', '512'],
    ...['-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0 loglevel=7 panic=-1'],
  ]
}

async function startsInit(qemuArguments: readonly string[]): Promise<boolean> {
  const qemu = spawn('qemu-system-x86_64', qemuArguments, { stdio: ['ignore', 'pipe', 'ignore'] })
  const bound = new AbortController()
  const ready = Promise.withResolvers<boolean>()
  let console = ''
  qemu.stdout.on('data', (chunk: Buffer) => {
    console = (console + chunk.toString('latin1')).slice(-longestConsole)
    if (isReady(console)) ready.resolve(true)
  })
  qemu.on('error', ready.reject)
  qemu.on('exit', () => ready.resolve(false))
  try {
    const late = delay(probeMs, false, { signal: bound.signal })
    late.catch(() => {})
    return await Promise.race([ready.promise, late])
  } finally {
    bound.abort()
    qemu.kill('SIGKILL')
    if (qemu.pid !== undefined && qemu.exitCode === null && qemu.signalCode === null) await once(qemu, 'exit')
  }
}
