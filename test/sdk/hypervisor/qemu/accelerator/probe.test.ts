import t from 'tap'
import { probeArguments } from '../../../../../sdk/hypervisor/qemu/accelerator/probe.ts'
import { statusOf } from '../../../../../sdk/hypervisor/qemu/status.ts'

t.test('the probe boots the kernel it is given, under KVM, with its words on the console', async (t) => {
  const words = probeArguments({ kernel: '/boot/k', initrd: '/boot/i', commandLine: 'quiet' })
  t.equal(words[words.indexOf('-accel') + 1], 'kvm')
  t.equal(words[words.indexOf('-kernel') + 1], '/boot/k')
  t.notMatch(words.join(' '), /quiet/)
})

t.test("QEMU's words for what it does", async (t) => {
  const words = { running: 'running', suspended: 'running', inmigrate: 'waiting', postmigrate: 'handed-over' }
  for (const [word, status] of Object.entries(words)) t.equal(statusOf(word), status, word)
  for (const word of ['paused', 'prelaunch', 'shutdown', 'guest-panicked', 'io-error'])
    t.equal(statusOf(word), 'paused')
})
