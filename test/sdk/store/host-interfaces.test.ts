import t from 'tap'
import { hostInterfaces, parseInterfaces } from '../../../sdk/store/host-interfaces.ts'

t.test('names are read from between the headings and the counters', async (t) => {
  const text = `Inter-|   Receive         |  Transmit
 face |bytes    packets errs|bytes    packets
    lo:       0       0    0        0       0
cleave0:    10       1    0       10       1
eth0:1:       0       0    0        0       0
`
  t.strictSame(parseInterfaces(text), ['lo', 'cleave0', 'eth0:1'])
  t.strictSame(parseInterfaces(''), [])
})

t.test('this host has a loopback interface', async (t) => {
  t.ok(hostInterfaces().includes('lo'))
})
