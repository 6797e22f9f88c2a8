/** The commands for disks, on real images; no machine runs. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'
import { cleaveFor } from '../run-cleave.ts'

t.test('a disk from its making to its end', { timeout: 120_000 }, async (t) => {
  const cleave = cleaveFor(t)
  const home = t.testdirName
  {
    using store = openStore({ path: join(home, 'store.db') })
    store.machines.insert(machineRecord({ directory: join(home, 'machines', 'shop') }))
  }
  const json = async (...words: string[]) => JSON.parse((await cleave(...words, '--json')).stdout)

  t.match(await cleave('disk', 'list'), { exitCode: 0, stdout: '', stderr: /disk create NAME/ })
  t.match(await json('disk', 'create', 'mail', '--size', '16M'), {
    disk: { name: 'mail', sizeBytes: 16 << 20, machine: null, depth: 0, backing: [], basisOf: [] },
  })
  const overlay = await json('disk', 'create', 'mail2', '--from', 'mail')
  t.match(overlay, { disk: { depth: 1, sizeBytes: 16 << 20 } })
  t.match(await cleave('disk', 'delete', 'mail'), { exitCode: 4, stderr: /DISK_IN_USE/ })
  t.match(await json('disk', 'flatten', 'mail2'), { disk: { depth: 0 } })

  const image = join(home, 'disks', 'mail.qcow2')
  const copied = await json('disk', 'create', 'mail3', '--from', image, '--copy', '--size', '32M')
  t.match(copied, { disk: { depth: 0, sizeBytes: 32 << 20 } })
  t.match(await json('disk', 'attach', 'mail', 'shop'), { disk: { machine: 'shop', unit: 0 } })
  const { stdout } = await cleave('disk', 'list')
  t.match(stdout, /NAME +SIZE +MACHINE +IMAGES.*\nmail +16 MiB +shop +1 /)
  t.match(await json('vm', 'show', 'shop'), { machine: { disks: ['mail'] } })
  t.match(await json('disk', 'detach', 'mail'), { from: 'shop', disk: { machine: null } })
  mkdirSync(join(home, 'elsewhere'))
  const moved = await json('disk', 'move', 'mail', join(home, 'elsewhere'))
  t.equal(moved.disk.image, join(home, 'elsewhere', 'mail.qcow2'))
  t.same(await json('disk', 'delete', 'mail'), { disk: { name: 'mail', deleted: true } })

  t.match(await cleave('disk', 'create', 'x', '--copy'), { exitCode: 2, stderr: /NOTHING_TO_COPY/ })
  t.match(await cleave('disk', 'create', 'x', '--from', './none'), { exitCode: 2, stderr: /BAD_FILE/ })
  t.match(await cleave('disk', 'detach', 'mail2'), { exitCode: 2, stderr: /DISK_NOT_ATTACHED/ })
  t.match(await cleave('disk', 'delete', 'none'), { exitCode: 3, stderr: /DISK_NOT_FOUND/ })
})

t.test('resources of a machine that is off', { timeout: 60_000 }, async (t) => {
  const cleave = cleaveFor(t)
  {
    using store = openStore({ path: join(t.testdirName, 'store.db') })
    store.machines.insert(machineRecord({ cpus: 2 }))
  }
  const shown = JSON.parse((await cleave('resources', 'shop', '--json')).stdout)
  const resources = { machine: 'shop', cpus: 2, memoryMiB: 1024, mostCpus: 17, pluggedMiB: 0, guest: null }
  t.same(shown, { resources })
  t.match(await cleave('resources', 'shop', '--cpus', '4', '--memory', '2G'), {
    exitCode: 0,
    stdout: 'shop has 4 processors and 2 GiB of memory from its next start',
  })
  t.match(await cleave('resources', 'shop'), { stdout: /processors +4, 19 at most/ })
  t.match(await cleave('resources', 'shop', '--cpus', '0'), { exitCode: 2, stderr: /BAD_RESOURCES/ })
  t.match(await cleave('resources', 'none'), { exitCode: 3, stderr: /MACHINE_NOT_FOUND/ })
})
