/**
 * A host process that merges. Its arguments are settings, destination, request, the step at whose beginning somebody is killed, and who
 * that is: the id of a process, itself when there is none.
 */
import { join } from 'node:path'
import { createQemuHypervisor } from '../../../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import { beginMerge } from '../../../sdk/operation/merge/begin.ts'
import type { Settings } from '../../../sdk/settings.ts'
import { openStore } from '../../../sdk/store/store.ts'

const [settingsText = '', destination = '', request = '', step = '', victim = process.pid] =
  process.argv.slice(2)
const settings = JSON.parse(settingsText) as Settings
const store = openStore({ path: join(settings.home, 'store.db') })
const hypervisor = createQemuHypervisor({ home: settings.home, store })
const operation = await beginMerge(
  { store, hypervisor, settings },
  {
    destination,
    request: JSON.parse(request),
    intervene: async (now) => {
      if (now === step) process.kill(Number(victim), 'SIGKILL')
    },
  },
)
await operation.wait()
