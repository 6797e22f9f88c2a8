/** A host process that is killed in mid-split: its arguments are settings, request and the step that it dies at. */
import { join } from 'node:path'
import { createQemuHypervisor } from '../../../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import { beginSplit } from '../../../sdk/operation/split/begin.ts'
import type { Settings } from '../../../sdk/settings.ts'
import { openStore } from '../../../sdk/store/store.ts'

const [settingsText = '', request = '', step = ''] = process.argv.slice(2)
const settings = JSON.parse(settingsText) as Settings
const store = openStore({ path: join(settings.home, 'store.db') })
const hypervisor = createQemuHypervisor({ home: settings.home, store })
const operation = await beginSplit(
  { store, hypervisor, settings },
  {
    machine: 'whole',
    request: JSON.parse(request),
    intervene: async (now) => void (now === step && process.kill(process.pid, 'SIGKILL')),
  },
)
await operation.wait()
