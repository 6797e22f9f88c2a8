import t from 'tap'
import { judgeAccelerator } from '../../../../sdk/cli/doctor/acceleration.ts'
import { splittingWorks } from '../../../../sdk/cli/doctor/check.ts'
import { judgeImages } from '../../../../sdk/cli/doctor/image.ts'
import { judgeVersion } from '../../../../sdk/cli/doctor/programs.ts'
import { judgeRoom } from '../../../../sdk/cli/doctor/room.ts'
import { judgeNode, judgeSystem } from '../../../../sdk/cli/doctor/system.ts'
import { examinationText } from '../../../../sdk/cli/render/examination.ts'
import { plain } from '../../../../sdk/cli/render/look.ts'

t.test('the system and Node', async (t) => {
  t.equal(judgeSystem({ platform: 'linux', architecture: 'x64' }).state, 'ok')
  t.equal(judgeSystem({ platform: 'darwin', architecture: 'arm64' }).state, 'missing')
  t.equal(judgeNode('24.0.0').state, 'ok')
  t.equal(judgeNode('22.20.0').state, 'missing')
})

t.test('programs by their version', async (t) => {
  const qemu = { name: 'qemu', tried: '7.2' }
  t.match(judgeVersion(qemu, 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg)'), {
    state: 'ok',
    detail: '7.2.22',
  })
  t.match(judgeVersion(qemu, 'QEMU emulator version 10.0.2'), { state: 'ok', detail: '10.0.2' })
  t.match(judgeVersion(qemu, 'QEMU emulator version 7.1.0'), { state: 'warning', remedy: /7\.2/ })
  t.match(judgeVersion(qemu, 'something else'), { state: 'warning' })
  t.match(judgeVersion({ name: 'ip' }, 'ip utility, iproute2-6.1.0'), { state: 'ok', detail: '6.1.0' })
})

t.test('room', async (t) => {
  const room = { name: 'space', needed: 10, comfortable: 20, remedy: 'free some' }
  t.match(judgeRoom({ ...room, free: 9 }), { state: 'missing', remedy: 'free some' })
  t.match(judgeRoom({ ...room, free: 10 }), { state: 'warning', remedy: 'free some' })
  t.match(judgeRoom({ ...room, free: 20 }), { state: 'ok', remedy: '' })
})

t.test('emulation and a missing image are no obstacles', async (t) => {
  t.equal(judgeAccelerator('kvm').state, 'ok')
  t.equal(judgeAccelerator('tcg').state, 'warning')
  t.equal(judgeAccelerator(undefined).state, 'warning')
  t.match(judgeAccelerator(undefined, 'broken'), { state: 'warning', detail: 'broken' })
  t.equal(judgeImages([], true).state, 'warning')
  const demo = { name: 'demo', release: 'bookworm' } as const
  t.match(judgeImages([demo, demo, { ...demo, release: 'trixie' }], true), {
    state: 'ok',
    detail: 'built: demo-bookworm, demo-trixie',
  })
})

t.test('one missing thing decides, and is shown with what to do', async (t) => {
  const fine = judgeNode('24.0.0')
  const old = judgeNode('20.0.0')
  t.ok(splittingWorks([fine, judgeAccelerator('tcg')]))
  t.notOk(splittingWorks([fine, old]))
  t.match(examinationText([fine], plain), /^node +ok +24\.0\.0\n\nmachines can be split/m)
  t.match(examinationText([old], plain), /node: Install Node 24 or later\.\n\nmachines cannot be split/)
})
