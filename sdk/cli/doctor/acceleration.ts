/** Do processors of guests run on this host's own, or are they emulated? */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findAccelerator } from '../../hypervisor/qemu/accelerator/accelerator.ts'
import { probeAccelerator } from '../../hypervisor/qemu/accelerator/probe.ts'
import type { BootFiles } from '../../store/records.ts'
import { openStore } from '../../store/store.ts'
import type { Check } from './check.ts'

/** @param options.boot what can be booted to find out; without it, it may stay unknown */
export async function checkAcceleration(options: {
  home: string
  boot: BootFiles | undefined
}): Promise<Check> {
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

/** Pure. */
export function judgeAccelerator(accelerator: 'kvm' | 'tcg' | undefined, problem?: string): Check {
  const name = 'acceleration'
  if (accelerator === 'kvm') return { name, state: 'ok', detail: 'KVM boots a kernel', remedy: '' }
  if (accelerator === 'tcg') {
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
