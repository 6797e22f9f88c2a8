/** Processors and memory that come to a machine that runs, and leave it, and what its children have of them. */
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { beginResize } from '../../sdk/operation/resize/begin.ts'
import { openStore } from '../../sdk/store/store.ts'
import { fillTranslation } from './support/fill-translation.ts'
import { openTestHost } from './support/host.ts'

const mebibyte = 1024 * 1024

t.test('processors and memory come and go', { timeout: 600_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave, home } = host
  const one = await host.startMachine('one', { memoryMiB: 1024 })
  using store = openStore({ path: join(home, 'store.db') })
  const ports = { store, hypervisor: cleave.hypervisor, settings: cleave.settings }
  const run = async (machine: string, command: string) =>
    await (await host.shell(machine)).run(`( ${command}\n)`)
  const memoryOf = async () => (await one.resources()).guest?.memoryBytes ?? 0
  const resized = async (request: { cpus?: number; memoryMiB?: number }) =>
    await (await one.resize(request)).wait()
  const atBoot = await memoryOf()

  await t.test('more, though its room for translated code is full', async (t) => {
    t.comment(`full after ${await fillTranslation(host, 'one')} programs`)
    const result = await resized({ cpus: 3, memoryMiB: 1536 })
    t.match(result, { running: true, before: { cpus: 1 }, after: { cpus: 3, memoryMiB: 1536 } })
    t.comment(`plugged ${result.plugMs} ms, used ${result.guestMs} ms, all ${result.totalMs} ms`)
    t.equal(await run('one', 'nproc'), '3')
    if ((await cleave.hypervisor.accelerator()) === 'tcg') {
      const [steady, safe] = [
        'grep -c constant_tsc /proc/cpuinfo',
        "grep -cE '^bugs\\s*:\\s*$' /proc/cpuinfo",
      ]
      t.equal(
        await run('one', `${steady}; ${safe}`),
        '3\n3',
        'Linux trusts the clocks of all, and works around nothing',
      )
    }
    t.equal(await memoryOf(), atBoot + 512 * mebibyte)
    await run('one', 'mount -t tmpfs -o size=95% none /mnt; head -c 1200M /dev/zero >/mnt/full; umount /mnt')
    t.match(await one.resources(), { cpus: 3, memoryMiB: 1536, mostCpus: 16, pluggedMiB: 512 })
  })

  await t.test('what can be had neither of the host nor of the guest changes nothing', async (t) => {
    await t.rejects(one.resize({ cpus: 0 }), { code: 'BAD_RESOURCES' })
    await t.rejects(one.resize({ cpus: 17 }), { code: 'TOO_MANY_CPUS', message: /16/ })
    await t.rejects(one.resize({ memoryMiB: 1600 }), { code: 'BAD_RESOURCES', message: /128 MiB/ })
    const undone = { code: 'OPERATION_UNDONE' }
    await t.rejects(resized({ memoryMiB: 50 * 1024 }), { ...undone, cause: { code: 'NO_MEMORY' } })
    const refusal = { ...undone, cause: { code: /MEMORY_(IN_USE|NOT_RELEASED)/ } }
    await t.rejects(resized({ memoryMiB: 128 }), refusal)
    const intervene = async (step: string) => {
      if (step === 'commit') throw new Error('commit was made to fail')
    }
    for (const request of [
      { cpus: 1, memoryMiB: 1024 },
      { cpus: 4, memoryMiB: 1792 },
    ]) {
      const operation = await beginResize(ports, { machine: 'one', request, intervene })
      await t.rejects(operation.wait(), undone)
    }
    t.match(await one.resources(), {
      cpus: 3,
      memoryMiB: 1536,
      pluggedMiB: 512,
      guest: { processors: 3, processorsPresent: 4, memoryBytes: atBoot + 512 * mebibyte },
    })
  })

  await t.test('less, down to less than at the boot, and more again', async (t) => {
    const result = await resized({ cpus: 1, memoryMiB: 1024 })
    t.comment(`given back ${result.guestMs} ms, taken out ${result.unplugMs} ms`)
    t.equal(await run('one', 'nproc'), '1')
    t.equal(await memoryOf(), atBoot)
    t.match(await one.resources(), { cpus: 1, memoryMiB: 1024, pluggedMiB: 0 })
    await resized({ memoryMiB: 896 })
    t.equal(await memoryOf(), atBoot - 128 * mebibyte)
    await resized({ cpus: 3, memoryMiB: 1280 })
    t.match(await one.resources(), { pluggedMiB: 256, guest: { processors: 3 } })
    t.equal(await memoryOf(), atBoot + 256 * mebibyte)
  })

  await run('one', 'mount -t tmpfs -o size=95% none /mnt; head -c 300M /dev/urandom >/mnt/bytes')
  await run('one', 'md5sum /mnt/bytes >/run/sum')
  const isWhole = async (t: Test, name: string) => {
    t.equal(await run(name, 'nproc'), '3', name)
    t.match(await run(name, 'md5sum -c /run/sum'), /OK/, name)
    t.match(cleave.machines.get(name).record(), { cpus: 3, memoryMiB: 1280, plugged: { presentCpus: 4 } })
  }

  await t.test('children have all of it, and theirs', async (t) => {
    const first = {
      children: [
        { name: 'front', groups: ['shop', 'witness-a'] },
        { name: 'back', groups: [] },
      ],
      rest: 'back',
    }
    const { pauseMs } = await (await one.split(first)).wait()
    t.comment(`paused ${pauseMs} ms`)
    for (const name of ['front', 'back']) await isWhole(t, name)
    await (await cleave.machines.get('front').resize({ memoryMiB: 1408 })).wait()
    await (await cleave.machines.get('front').resize({ memoryMiB: 1280 })).wait()
    const again = {
      children: [
        { name: 'shop-1', groups: ['shop'] },
        { name: 'side-1', groups: ['witness-a'] },
      ],
      rest: 'side-1',
    }
    const { twin } = await (await cleave.machines.get('front').split(again)).wait()
    t.comment(`the twin was down for ${twin?.downtimeMs} ms`)
    for (const name of ['shop-1', 'side-1']) await isWhole(t, name)
  })

  await t.test('one that boots has all of it from the start', async (t) => {
    const machine = cleave.machines.get('side-1')
    await machine.stop({ graceMs: 0 })
    await machine.start()
    t.equal(machine.record().plugged, undefined)
    t.match(await machine.resources(), { cpus: 3, pluggedMiB: 0, guest: { processorsPresent: 3 } })
  })

  await t.test('nothing is left', async (t) => {
    for (const machine of cleave.machines.list()) await cleave.hypervisor.end(machine)
    t.same(await readdir(dirname(cleave.hypervisor.memoryFile('one'))), [])
  })
})
