import t from 'tap'
import { InvalidRequestError } from '../../../../proto/errors.ts'
import { checkSocketPaths, machineFiles } from '../../../../sdk/hypervisor/qemu/machine-files.ts'

t.test('sockets have a bound that the kernel sets', async (t) => {
  const longestName = '/observer.sock'
  const fits = `/${'d'.repeat(107 - longestName.length - 1)}`
  t.equal(machineFiles({ directory: fits }).observer.length, 107)
  checkSocketPaths({ name: 'shop', directory: fits })
  t.throws(() => checkSocketPaths({ name: 'shop', directory: `${fits}d` }), { code: 'PATH_TOO_LONG' })
  t.throws(() => checkSocketPaths({ name: 'shop', directory: `${fits}d` }), InvalidRequestError)
  t.throws(() => checkSocketPaths({ name: 'shop', directory: `/${'ä'.repeat(50)}` }), 'bytes, not letters')
})
