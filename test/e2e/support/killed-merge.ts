/** A host process that is killed in mid-merge: its arguments are settings, destination, request and the step at whose beginning it dies. */
import { join } from 'node:path'
import { createQemuHypervisor } from '../../../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import { beginMerge } from '../../../sdk/operation/merge/begin.ts'
import type { Settings } from '../../../sdk/settings.ts'
import { openStore } from '../../../sdk/store/store.ts'

const [settingsText = '', destination = '', request = '', step = ''] = process.argv.slice(2)
const settings = JSON.parse(settingsText) as Settings
const store = openStore({ path: join(settings.home, 'store.db') })
const hypervisor = createQemuHypervisor({ home: settings.home, store })
const operation = await beginMerge(
  { store, hypervisor, settings },
  {
    destination,
    request: JSON.parse(request),
    intervene: async (now) => {
      if (now === step) process.kill(process.pid, 'SIGKILL')
    },
  },
)
await operation.wait()
