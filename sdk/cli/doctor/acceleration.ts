/** Do processors of guests run on this host's own, or are they emulated? */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Accelerator } from '../../hypervisor/hypervisor.ts'
import { findAccelerator } from '../../hypervisor/qemu/accelerator/accelerator.ts'
import { kvmDevice, probeAccelerator } from '../../hypervisor/qemu/accelerator/probe.ts'
import { mayUse } from '../../hypervisor/qemu/rights.ts'
import type { BootFiles } from '../../store/records.ts'
import { openStore } from '../../store/store.ts'
import type { Check } from './check.ts'

/** @param options.boot what can be booted to find out; without it, it may stay unknown */
export async function checkAcceleration(options: {
  home: string
  boot: BootFiles | undefined
}): Promise<Check> {
  if (existsSync(kvmDevice) && !(await mayUse(kvmDevice))) return judgeAccelerator('forbidden')
  const path = join(options.home, 'store.db')
  try {
    if (existsSync(path)) {
      using store = openStore({ path })
      // A doctor looks at what is known, and leaves nothing behind.
      const facts = { get: store.facts.get, set: () => {} }
      return judgeAccelerator(await findAccelerator({ store: { ...store, facts }, boot: options.boot }))
    }
    return judgeAccelerator(options.boot && (await probeAccelerator(options.boot)))
  } catch (error) {
    return judgeAccelerator(undefined, error instanceof Error ? error.message : String(error))
  }
}

/** @param found `forbidden`: there is a KVM that this process may not use. Pure. */
export function judgeAccelerator(found: Accelerator | 'forbidden' | undefined, problem?: string): Check {
  const name = 'acceleration'
  if (found === 'kvm') return { name, state: 'ok', detail: 'KVM boots a kernel', remedy: '' }
  if (found === 'forbidden') {
    return {
      name,
      state: 'warning',
      detail: `no right to open ${kvmDevice}: guests are emulated, and compute many times slower`,
      remedy: 'Join its group, then log in anew: sudo usermod --append --groups kvm "$(id -un)"',
    }
  }
  if (found === 'tcg') {
    return {
      name,
      state: 'warning',
      detail: 'KVM boots no kernel here: guests are emulated, and compute many times slower',
      remedy: 'Enable virtualization in the firmware, or nested virtualization in the host of this host.',
    }
  }
  return {
    name,
    state: 'warning',
    detail: problem ?? 'not known before there is a kernel to boot',
    remedy: 'Build a guest image with `cleave image build`, then look again.',
  }
}
