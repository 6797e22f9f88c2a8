/** What the parent wrote to its disk after its children's processes had opened it is whole in each of them. */
import { join } from 'node:path'
import t from 'tap'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import { openStore } from '../../sdk/store/store.ts'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'

const bytes = isLong ? 30_000_000 : 5_000_000

t.test('writes between the spawn and the pause reach every child', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  await host.startMachine('whole')
  const parent = await host.shell('whole')
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: host.cleave.hypervisor, settings: host.cleave.settings }

  let written = ''
  const operation = await beginSplit(ports, {
    machine: 'whole',
    request: {
      children: [
        { name: 'front', groups: ['shop', 'witness-a'] },
        { name: 'back', groups: [] },
      ],
      rest: 'back',
    },
    intervene: async (step) => {
      if (step !== 'quiesce') return
      await parent.run(`for n in 1 2 3 4; do head -c ${bytes} /dev/urandom > /var/tmp/written-$n; done; sync`)
      written = await parent.run('cd /var/tmp; md5sum written-*')
    },
  })
  const { children } = await operation.wait()

  t.equal(written.split('\n').length, 4)
  for (const { name } of children) {
    const shell = await host.shell(name)
    await shell.run('echo 3 > /proc/sys/vm/drop_caches')
    t.equal(await shell.run('cd /var/tmp; md5sum written-*'), written, name)
    await shell.run(`echo ${name} > /var/tmp/own; sync`)
    await shell.run('echo 3 > /proc/sys/vm/drop_caches')
    t.equal(await shell.run('cat /var/tmp/own'), name, 'a child writes to a disk of its own')
  }
})
