import fc from 'fast-check'
import t from 'tap'
import { formatBatch } from '../../../../../sdk/hypervisor/qemu/network/batch.ts'
import { bridgeCommands } from '../../../../../sdk/hypervisor/qemu/network/bridge.ts'
import { tapCommands } from '../../../../../sdk/hypervisor/qemu/network/tap.ts'
import { machineRecord } from '../../../store/machine-record.ts'

t.test('a word is never more than one word', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
      let text: string
      try {
        text = formatBatch([words])
      } catch {
        return words.some((word) => !/^[\w:./-]+$/.test(word))
      }
      return JSON.stringify(text.trimEnd().split(/\s/)) === JSON.stringify(words) && text.endsWith('\n')
    }),
  )
  t.throws(() => formatBatch([['link', 'set', 'dev', 'a\nlink delete lo']]), { code: 'BAD_NETWORK_COMMAND' })
})

t.test('a bridge forwards at once, and has an address that does not change', async (t) => {
  const text = formatBatch(bridgeCommands(machineRecord({ address: '10.77.0.9/22' })))
  t.match(text, /name cleave0 address 02:ce:[0-9a-f:]{11} type bridge stp_state 0 forward_delay 0/)
  t.match(text, /address add 10.77.0.1\/22 dev cleave0/)
  t.equal(text, formatBatch(bridgeCommands(machineRecord({ address: '10.77.0.10/22' }))))
})

t.test('a tap is a port of the bridge', async (t) => {
  t.match(
    formatBatch(tapCommands(machineRecord({ tap: 'cleave3' }))),
    /link set dev cleave3 master cleave0 up/,
  )
})
