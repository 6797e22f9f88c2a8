import { cpus, release } from 'node:os'
import { z } from 'zod'
import { UnavailableError } from '../../../../proto/errors.ts'
import type { BootFiles, ProcessHandle } from '../../../store/records.ts'
import type { Store } from '../../../store/store.ts'
import type { Accelerator } from '../../hypervisor.ts'
import { processArguments } from '../process/find.ts'
import { runProgram } from '../program.ts'
import { mayUse } from '../rights.ts'
import { kvmDevice, probeAccelerator } from './probe.ts'

const accelerator = z.enum(['kvm', 'tcg'])

/** What is known of this host, else what a boot shows, which is then kept. Throws as `Hypervisor.accelerator` does. */
export async function findAccelerator({
  store,
  boot,
}: {
  store: Store
  boot?: BootFiles | undefined
}): Promise<Accelerator> {
  // Not kept: the right to it can come and go.
  if (!(await mayUse(kvmDevice))) return 'tcg'
  const key = await factKey()
  const known = store.facts.get(key, accelerator)
  if (known !== undefined) return known
  const files = boot ?? store.machines.list()[0]?.boot
  if (files === undefined) {
    throw new UnavailableError({
      code: 'NO_PROBE_KERNEL',
      message: 'whether KVM works here is only known once a kernel was booted, and there is none',
      remedy: 'Create a machine first.',
    })
  }
  const found = await probeAccelerator(files)
  store.facts.set(key, found)
  return found
}

/** What a QEMU that runs was started with. */
export function runningAccelerator(handle: ProcessHandle): Accelerator {
  const words = processArguments(handle)
  return words[words.indexOf('-accel') + 1]?.startsWith('kvm') ? 'kvm' : 'tcg'
}

/** A fact holds for this QEMU, kernel and processor; another of them may do what these don't, or the reverse. */
async function factKey(): Promise<string> {
  const output = await runProgram({
    command: 'qemu-system-x86_64',
    arguments: ['--version'],
    package: 'qemu-system-x86',
  })
  const version = output.split('\n')[0] ?? ''
  return ['accelerator', version, release(), cpus()[0]?.model ?? ''].join('|')
}
