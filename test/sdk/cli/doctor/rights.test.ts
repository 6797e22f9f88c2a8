/** What somebody without rights misses, and what that costs them. */
import t from 'tap'
import { judgeAccelerator } from '../../../../sdk/cli/doctor/acceleration.ts'
import { splittingWorks } from '../../../../sdk/cli/doctor/check.ts'
import { judgeImages } from '../../../../sdk/cli/doctor/image.ts'
import { judgeLogout } from '../../../../sdk/cli/doctor/logout.ts'
import { judgeNetwork } from '../../../../sdk/cli/doctor/network.ts'
import { judgePrecedence } from '../../../../sdk/cli/doctor/precedence.ts'

const everything = { administersNetwork: true, opensTun: true }

t.test('without a bridge machines have user networking', async (t) => {
  t.equal(judgeNetwork(everything, true).state, 'ok')
  t.equal(judgeNetwork(everything, false).state, 'ok')
  const user = judgeNetwork({ ...everything, administersNetwork: false }, true)
  t.match(user, { state: 'warning', detail: /CAP_NET_ADMIN.*forwards.*service addresses.*connections/ })
  t.match(user.remedy, /root.*--forward 8080:80/)
  t.match(judgeNetwork({ ...everything, opensTun: false }, true), {
    state: 'warning',
    detail: /\/dev\/net\/tun/,
    remedy: /modprobe tun/,
  })
})

t.test('without both no machine can be connected', async (t) => {
  const nothing = judgeNetwork({ administersNetwork: false, opensTun: false }, false)
  t.match(nothing, { state: 'missing', remedy: /libslirp/ })
  t.notOk(splittingWorks([nothing]))
})

t.test('what costs time is no obstacle', async (t) => {
  t.equal(judgePrecedence({ givesPrecedence: true }).state, 'ok')
  const slow = judgePrecedence({ givesPrecedence: false })
  t.match(slow, { state: 'warning', detail: /twice as long/, remedy: /rtprio 1/ })
  const emulated = judgeAccelerator('forbidden')
  t.match(emulated, { state: 'warning', detail: /\/dev\/kvm.*slower/, remedy: /usermod.*kvm/ })
  t.ok(splittingWorks([slow, emulated]))
})

t.test('only memory files of people with a session go', async (t) => {
  const person = { userId: 1000, systemd: true, lingers: false }
  t.match(judgeLogout(person), { state: 'warning', remedy: /enable-linger/ })
  for (const other of [{ userId: 0 }, { userId: 999 }, { systemd: false }, { lingers: true }]) {
    t.equal(judgeLogout({ ...person, ...other }).state, 'ok')
  }
})

t.test('only root builds images', async (t) => {
  t.match(judgeImages([], true).remedy, /cleave image build/)
  t.match(judgeImages([], false), { state: 'warning', remedy: /sudo.*--image FOLDER/ })
})
