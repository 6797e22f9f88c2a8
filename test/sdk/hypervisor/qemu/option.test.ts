import fc from 'fast-check'
import t from 'tap'
import { option } from '../../../../sdk/hypervisor/qemu/option.ts'

/** QEMU's own reading of an option (util/keyval.c): a doubled comma is one, a single one ends the value. */
function read(text: string): string[] {
  return text
    .replaceAll(',,', '\0')
    .split(',')
    .map((word) => word.replaceAll('\0', ','))
}

t.test('whatever a value holds, it stays one value', async () => {
  const value = fc.string().filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(value, value, (path, name) => {
      const words = read(option('socket', { path, wait: false, name }))
      return JSON.stringify(words) === JSON.stringify(['socket', `path=${path}`, 'wait=off', `name=${name}`])
    }),
  )
})

t.test('types, numbers and booleans', async (t) => {
  t.equal(option('kvm', {}), 'kvm')
  t.equal(option('', { cpus: 2, share: true }), 'cpus=2,share=on')
  t.equal(option('file', { path: '/a,b' }), 'file,path=/a,,b')
})
