/**
 * A host process that is killed in mid-split: its arguments are settings, request, the step at whose beginning it dies, and
 * the machine. At the steps `twin`, `suspend` and `restore` it dies while memory is copied.
 */
import { join } from 'node:path'
import { createQemuHypervisor } from '../../../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import { beginSplit } from '../../../sdk/operation/split/begin.ts'
import type { Settings } from '../../../sdk/settings.ts'
import type { MachineRecord } from '../../../sdk/store/records.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { whileCopied } from './while-copied.ts'
import { whileMigrating } from './while-migrating.ts'

const [settingsText = '', request = '', step = '', machine = ''] = process.argv.slice(2)
const settings = JSON.parse(settingsText) as Settings
const store = openStore({ path: join(settings.home, 'store.db') })
const hypervisor = createQemuHypervisor({ home: settings.home, store })
const operation = await beginSplit(
  { store, hypervisor, settings },
  {
    machine,
    request: JSON.parse(request),
    intervene: async (now) => {
      if (now !== step) return
      if (now === 'twin') void whileCopied({ store, hypervisor }, machine).then(die)
      else if (now === 'suspend') void whileMigrating(store.machines.get(machine)).then(die)
      else if (now === 'restore') void whileMigrating(aChild()).then(die)
      else die()
    },
  },
)
await operation.wait()

/** The last one that was named. */
function aChild(): MachineRecord {
  const child = store.machines.list().findLast(({ state }) => state === 'preparing')
  if (child === undefined) throw new Error('no child is being made')
  return child
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
