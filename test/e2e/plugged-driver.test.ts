/** The driver alone: what is plugged into a machine is there in whatever goes on from its memory. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import type { AttachedDisk, DiskRecord, MachineRecord } from '../../sdk/store/records.ts'
import { openBareHost } from './support/bare-host.ts'
import { consolePrompts } from './support/console.ts'

const onlineAll =
  'for cpu in /sys/devices/system/cpu/cpu[1-9]*; do echo 1 >$cpu/online; done; ' +
  'for block in /sys/devices/system/memory/memory*; do ' +
  'grep -q offline $block/state && echo online_movable >$block/state; done; true'
const seen = (what: string) => `for n in $(seq 100); do ${what} && exit 0; sleep 0.1; done; exit 1`
const blocks = 'ls -d /sys/devices/system/memory/memory[0-9]* | wc -l'

t.test('a machine with plugged devices forks, moves and is suspended', { timeout: 600_000 }, async (t) => {
  await using host = await openBareHost()
  const { hypervisor, store, create, copyOf, home } = host
  const run = async (machine: MachineRecord, command: string) => {
    await using shell = await host.shell(machine)
    return await shell.run(`( ${command}\n)`)
  }
  const data: DiskRecord = {
    name: 'data',
    sizeBytes: 128 << 20,
    image: hypervisor.diskImage('data'),
    createdAt: Date.now(),
  }
  const attached: AttachedDisk = { name: 'data', image: data.image, unit: 3 }

  const booted = create('parent')
  await hypervisor.createDisk(booted)
  await hypervisor.boot(booted)
  await consolePrompts(booted)

  await t.test('a disk comes, once, and is found by its name', async (t) => {
    await hypervisor.createDiskImage(data)
    await t.rejects(hypervisor.createDiskImage(data), { code: 'IMAGE_EXISTS' })
    await hypervisor.attachDisk(booted, attached)
    await hypervisor.attachDisk(booted, attached)
    await t.rejects(hypervisor.attachDisk(booted, { ...attached, unit: 4 }), { code: 'IMAGE_HELD' })
    await run(booted, `(${seen('[ -b /dev/sda ]')})`)
    t.match(await run(booted, 'cat /sys/block/sda/device/vpd_pg80 | tr -d "\\0"'), /data$/)
    await run(booted, 'mkfs.ext4 -q /dev/sda && mkdir -p /srv/data && mount /dev/sda /srv/data')
    await run(booted, 'head -c 8M /dev/urandom >/srv/data/bytes; cd /srv/data; md5sum bytes >sum; sync')
  })

  let plugged = { bootCpus: 1, bootMemoryMiB: 512, presentCpus: 1, memory: [] } as NonNullable<
    MachineRecord['plugged']
  >
  await t.test('processors and memory come, and memory goes', async (t) => {
    t.equal(await hypervisor.mostCpus(booted), 16)
    t.equal(await hypervisor.plugCpus(booted, 3, () => run(booted, 'ls /')), 3)
    t.equal(await hypervisor.plugCpus(booted, 2), 3, 'none is taken out')
    await t.rejects(hypervisor.plugCpus(booted, 17), { code: 'TOO_MANY_CPUS' })
    const first = await hypervisor.placeMemory(booted, 256)
    const two = { ...plugged, presentCpus: 3, memory: [first] }
    await hypervisor.plugMemory(booted, two)
    await hypervisor.plugMemory(booted, two)
    const second = await hypervisor.placeMemory({ ...booted, plugged: two }, 128)
    await hypervisor.plugMemory(booted, { ...two, memory: [first, second] })
    t.ok(existsSync(second.file))
    await run(booted, `(${seen(`[ $(${blocks}) = 7 ]`)})`)
    await hypervisor.plugMemory(booted, two)
    t.notOk(existsSync(second.file))
    await run(booted, `(${seen(`[ $(${blocks}) = 6 ]`)})`)
    await run(booted, onlineAll)
    t.equal(await run(booted, 'nproc'), '3')
    plugged = two
  })

  await run(
    booted,
    'mount -t tmpfs -o size=90% none /mnt; head -c 300M /dev/urandom >/mnt/dirty; md5sum /mnt/dirty >/run/sum',
  )
  const whole = (machine: MachineRecord) => run(machine, 'nproc; md5sum -c /run/sum')
  const parent = store.machines.update('parent', { plugged, disks: [attached] })
  const overlayOf = (name: string) => ({ ...attached, image: join(home, `${name}.qcow2`) })
  const children = ['heir', 'other'].map((name) =>
    create(name, { ...copyOf(parent), disks: [overlayOf(name)] }),
  )
  const [heir, other] = children as [MachineRecord, MachineRecord]

  await t.test('children have all of it, the disk as an overlay each', async (t) => {
    for (const child of children) {
      await hypervisor.createDisk(child)
      await hypervisor.createOverlay({ disk: data, overlay: overlayOf(child.name).image })
      await hypervisor.spawnChild(parent, child)
    }
    {
      await using fork = await hypervisor.prepareFork(parent, children)
      t.comment(`paused ${(await fork.run()).pauseMs} ms`)
    }
    for (const child of children) {
      t.match(await whole(child), /^3\n.*OK/)
      t.match(await run(child, 'cd /srv/data; md5sum -c sum; echo $HOSTNAME >>written; sync'), /OK/)
    }
  })

  await t.test('the heir writes what it has into the image, and goes on with that', async (t) => {
    await run(other, 'umount /srv/data')
    await hypervisor.detachDisk(other, overlayOf('other'))
    await hypervisor.detachDisk(other, overlayOf('other'))
    await hypervisor.deleteOverlay(overlayOf('other').image)
    await hypervisor.end(parent)
    await run(heir, 'echo before >/srv/data/before; sync')
    let noted = 0
    const commit = {
      machine: heir,
      commits: [{ overlay: overlayOf('heir'), image: data.image }],
      note: () => noted++,
    }
    await hypervisor.commitOverlays(commit)
    await hypervisor.commitOverlays(commit)
    t.equal(noted, 2)
    await hypervisor.deleteOverlay(overlayOf('heir').image)
    t.match(await run(heir, 'cd /srv/data; md5sum -c sum; echo after >after; sync; cat before'), /OK\nbefore/)
    const { disks: _, ...rest } = store.machines.update('heir', { disks: [attached] })
    t.ok(rest)
    t.notMatch(
      JSON.parse(execFileSync('qemu-img', ['info', '-U', '--output=json', data.image], { encoding: 'utf8' })),
      { 'backing-filename': String },
    )
  })

  await t.test('a copy gets more, moves to a twin, and that is forked', async (t) => {
    const third = await hypervisor.placeMemory(heir, 128)
    const grown = { ...plugged, memory: [...plugged.memory, third] }
    await hypervisor.plugMemory(heir, grown)
    t.notOk(existsSync(third.file), 'nobody else maps it')
    await run(heir, `(${seen(`[ $(${blocks}) = 7 ]`)}); ${onlineAll}`)
    const before = store.machines.update('heir', { plugged: grown })
    const twin = store.machines.reserveTwin('heir', {
      runtime: join(heir.directory, 'twin'),
      memoryFile: hypervisor.memoryFile('heir'),
      plugged: hypervisor.ownPlugged('heir', grown),
    })
    const { downtimeMs, totalMs } = await hypervisor.moveToTwin(before, twin)
    t.comment(`down ${downtimeMs} ms of ${totalMs} ms`)
    await hypervisor.end({ ...before, twin: undefined } as never)
    t.match(await whole(twin), /^3\n.*OK/)
    t.match(await run(twin, 'cd /srv/data; md5sum -c sum; cat after; echo twin >twin; sync'), /OK\nafter/)
    store.machines.update('heir', { ...twinFields(twin), twin: undefined })

    const overlay = { ...attached, image: join(home, 'grandchild.qcow2') }
    const grandchild = create('grandchild', { ...copyOf(twin), disks: [overlay] })
    await hypervisor.createDisk(grandchild)
    await hypervisor.createOverlay({ disk: data, overlay: overlay.image })
    await hypervisor.spawnChild(twin, grandchild)
    {
      await using fork = await hypervisor.prepareFork(twin, [grandchild])
      await fork.run()
    }
    t.match(await whole(grandchild), /^3\n.*OK/)
    t.match(await run(grandchild, 'cat /srv/data/twin'), /twin/)
    await hypervisor.end(grandchild)
    await hypervisor.resume(twin)
  })

  await t.test('a state file has all of it', async (t) => {
    const twin = store.machines.get('heir')
    const overlay = { ...attached, image: join(home, 'restored.qcow2') }
    const restored = create('restored', {
      ...copyOf(twin),
      memory: 'shared',
      memoryFile: hypervisor.memoryFile('restored'),
      disks: [overlay],
      ...(twin.plugged && { plugged: hypervisor.ownPlugged('restored', twin.plugged) }),
    })
    await hypervisor.createDisk(restored)
    await hypervisor.createOverlay({ disk: data, overlay: overlay.image })
    {
      await using suspension = await hypervisor.prepareSuspend(twin, [restored])
      await suspension.save()
      await suspension.restore()
    }
    await hypervisor.end(twin)
    t.match(await whole(restored), /^3\n.*OK/)
    await run(restored, 'umount /srv/data')
    await hypervisor.detachDisk(restored, overlay)
  })

  await t.test('nothing is left', async (t) => {
    for (const machine of store.machines.list()) await hypervisor.end(machine)
    t.same(await readdir(dirname(parent.memoryFile)), [])
    t.match(execFileSync('qemu-img', ['check', data.image], { encoding: 'utf8' }), /No errors/)
  })
})

function twinFields({ runtime, tap, memory, memoryFile, plugged }: MachineRecord) {
  return { runtime, tap, memory, memoryFile, plugged }
}
