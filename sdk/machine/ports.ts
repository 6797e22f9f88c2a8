/** What everything that handles machines works with. */
import type { Hypervisor } from '../hypervisor/hypervisor.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'

export interface Ports {
  store: Store
  hypervisor: Hypervisor
  settings: Settings
}
