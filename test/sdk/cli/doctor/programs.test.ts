import t from 'tap'
import { checkPrograms } from '../../../../sdk/cli/doctor/programs.ts'

t.test('what only a bridge needs is no obstacle where there can be none', async (t) => {
  const path = process.env['PATH']
  t.teardown(() => {
    process.env['PATH'] = path
  })
  process.env['PATH'] = '/nowhere'
  const states = async (bridge: boolean) =>
    Object.fromEntries((await checkPrograms({ bridge })).map(({ name, state }) => [name, state]))
  t.same(await states(true), { qemu: 'missing', 'qemu-img': 'missing', ip: 'missing', perl: 'missing' })
  t.same(await states(false), { qemu: 'missing', 'qemu-img': 'missing', ip: 'warning', perl: 'warning' })
})
