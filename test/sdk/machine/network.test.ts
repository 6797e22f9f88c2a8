import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createQemuHypervisor } from '../../../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import { checkForwards, pickNetwork } from '../../../sdk/machine/network.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { machineRecord } from '../store/machine-record.ts'

function driver(t: Test) {
  const home = t.testdir()
  const store = openStore({ path: join(home, 'store.db') })
  t.teardown(() => store.close())
  return createQemuHypervisor({ home, store })
}

const guestAddress = '10.0.2.15'
const forward = { hostPort: 8080, guestAddress, guestPort: 80 }

t.test('who asks for forwards asks for user networking', async (t) => {
  const hypervisor = driver(t)
  const wish = { forwards: [{ hostPort: 8080, guestPort: 80 }] }
  t.same(await pickNetwork({ hypervisor, wish }), { forwards: [forward] })
  const named = { forwards: [{ ...forward, guestAddress: '10.77.0.80' }] }
  t.same(await pickNetwork({ hypervisor, wish: named }), named)
  t.same(await pickNetwork({ hypervisor, wish: { network: 'user' } }), { forwards: [] })
  const onBridge = pickNetwork({ hypervisor, wish: { ...wish, network: 'bridge' } })
  const isRoot = process.getuid?.() === 0
  await t.rejects(onBridge, { code: isRoot ? /FORWARD_ON_BRIDGE|NO_RIGHTS/ : 'NO_RIGHTS' })
})

t.test('one port of the host leads to one place', async (t) => {
  const other = machineRecord({ name: 'old', userNetwork: { forwards: [forward] } })
  const again = { ...forward, guestPort: 81 }
  t.throws(() => checkForwards([again], [other]), { code: 'PORT_FORWARDED', message: /8080.*old/ })
  t.throws(() => checkForwards([forward, again], []), { code: 'PORT_FORWARDED' })
  t.doesNotThrow(() => checkForwards([again], [{ ...other, state: 'split' }]))
  t.doesNotThrow(() => checkForwards([{ ...again, hostPort: 8081 }], [other, machineRecord()]))
})

t.test('what is no forward', async (t) => {
  for (const wrong of [
    { hostPort: 0 },
    { hostPort: 65_536 },
    { guestPort: 1.5 },
    { guestPort: Number.NaN },
    { guestAddress: '10.0.2.15,hostfwd=tcp::22-:22' },
    { guestAddress: '::1' },
  ]) {
    t.throws(
      () => checkForwards([{ ...forward, ...wrong }], []),
      { code: 'BAD_FORWARD' },
      JSON.stringify(wrong),
    )
  }
  const many = Array.from({ length: 101 }, (_, index) => ({ ...forward, hostPort: index + 1 }))
  t.throws(() => checkForwards(many, []), { code: 'BAD_FORWARD' })
})
