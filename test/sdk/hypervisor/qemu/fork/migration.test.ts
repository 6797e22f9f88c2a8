import t from 'tap'
import { wantedCapabilities } from '../../../../../sdk/hypervisor/qemu/fork/migration.ts'

t.test('a QEMU is not told to leave what it does not know', async (t) => {
  const all = ['x-ignore-shared', 'events', 'auto-converge']
  const names = (memory: 'mapped' | 'sent', known: readonly string[]) =>
    wantedCapabilities(memory, known).map(({ capability, state }) => `${capability}=${state}`)
  t.same(names('mapped', all), ['x-ignore-shared=true', 'events=true', 'auto-converge=false'])
  t.same(names('sent', all), ['x-ignore-shared=false', 'events=true', 'auto-converge=true'])
  t.same(names('sent', ['events', 'auto-converge']), ['events=true', 'auto-converge=true'])
  t.same(
    names('mapped', ['events']),
    ['x-ignore-shared=true', 'events=true'],
    'that it lacks it, it says itself',
  )
})
