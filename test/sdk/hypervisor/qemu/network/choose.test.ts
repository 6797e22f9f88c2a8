import t from 'tap'
import { chooseNetwork } from '../../../../../sdk/hypervisor/qemu/network/choose.ts'
import { UnavailableError } from '../../../../../sdk/index.ts'

const all = { administersNetwork: true, opensTun: true }

t.test('a bridge where it can be had', async (t) => {
  t.equal(chooseNetwork(all), 'bridge')
  t.equal(chooseNetwork(all, 'bridge'), 'bridge')
  t.equal(chooseNetwork(all, 'user'), 'user')
})

t.test('else user networking; what is wished and can not be had is refused', async (t) => {
  for (const lacking of [{ administersNetwork: false }, { opensTun: false }]) {
    const rights = { ...all, ...lacking }
    t.equal(chooseNetwork(rights), 'user')
    t.equal(chooseNetwork(rights, 'user'), 'user')
    t.throws(() => chooseNetwork(rights, 'bridge'), { code: 'NO_RIGHTS', remedy: /--network user/ })
    t.throws(() => chooseNetwork(rights, 'bridge'), UnavailableError)
  }
})
