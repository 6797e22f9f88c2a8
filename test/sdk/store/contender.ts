/** Another process that uses a store: started by locks.test.ts, stays until it is killed. */
import { openStore } from '../../../sdk/store/store.ts'
import { machineRecord } from './machine-record.ts'

const [what, path = '', count = '0'] = process.argv.slice(2)
const store = openStore({ path })

if (what === 'lock') {
  store.locks.lockMachine('shop', 'theirs')
  process.stdout.write('locked\n')
}
if (what === 'disk') {
  store.locks.lockDisk('shop', 'theirs')
  process.stdout.write('locked\n')
}
if (what === 'operation') {
  store.operations.begin({ id: 'theirs', kind: 'split', machine: 'shop', plan: {} })
  store.locks.lockMachine('shop', 'theirs')
  process.stdout.write('begun\n')
}
if (what === 'create') {
  const request = { name: 'shop', whenTaken: 'number', bridgeAddress: '10.77.0.1/24' } as const
  for (let done = 0; done < Number(count); done += 1) store.machines.create(request, machineRecord)
  process.stdout.write('created\n')
}
setInterval(() => {}, 60_000)
