import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { machineFiles } from '../../sdk/hypervisor/qemu/machine-files.ts'
import { hostInterfaces } from '../../sdk/store/host-interfaces.ts'
import type { MachineRecord } from '../../sdk/store/records.ts'
import { openBareHost } from './support/bare-host.ts'
import { consolePrompts } from './support/console.ts'
import { openGuestShell } from './support/guest-shell.ts'
import { framesFrom, isAnswered } from './support/network.ts'

t.test('a machine boots, forks, goes on and ends', { timeout: 470_000 }, async (t) => {
  const host = await openBareHost()
  t.teardown(() => host[Symbol.asyncDispose]())
  const { store, hypervisor, create } = host
  const shellOf = (machine: MachineRecord) => openGuestShell(hypervisor.consoleSocket(machine))

  const parent = create('parent', {})
  const fromParent = {
    parent: 'parent',
    backing: parent.disk,
    memory: 'private',
    memoryFile: parent.memoryFile,
  } as const
  const heir = create('heir', { ...fromParent, macAddress: parent.macAddress })
  const other = create('other', fromParent)
  const children = [heir, other]
  const spawn = async () => {
    for (const child of children) {
      await hypervisor.createDisk(child)
      await hypervisor.spawnChild(parent, child)
    }
  }
  const fork = async () => {
    await using prepared = await hypervisor.prepareFork(parent, children)
    return await prepared.run()
  }

  t.equal(await hypervisor.status(parent), 'absent')
  await hypervisor.createDisk(parent)
  await hypervisor.boot(parent)
  t.equal(await hypervisor.status(parent), 'running')
  await t.rejects(hypervisor.boot(parent), { code: 'MACHINE_RUNNING' })
  t.ok(hostInterfaces().includes(parent.tap))
  await consolePrompts(parent)
  t.match(await hypervisor.lastOutput(parent), '~#', 'what its console said last')
  {
    await using shell = await shellOf(parent)
    await shell.run(
      'ip address add 10.77.0.90/24 dev eth0; ip link set eth0 up; echo parent >/root/who; sync',
    )
    t.ok(await isAnswered('10.77.0.90'))
  }

  await t.test('children take over what runs, and nothing of them is seen', async (t) => {
    await spawn()
    t.equal(await hypervisor.status(heir), 'waiting')
    t.ok(await isAnswered('10.77.0.90'), 'the parent still runs')
    const { pauseMs, parts } = await fork()
    t.ok(pauseMs > 0 && parts.length > 0)
    t.equal(await hypervisor.status(parent), 'handed-over')
    t.equal(await hypervisor.status(other), 'running')
    await t.rejects(hypervisor.resume(parent), { code: 'CHILD_LIVES' })

    const random = new Set<string>()
    for (const child of children) {
      await using shell = await shellOf(child)
      t.equal(await shell.run('cat /root/who'), 'parent')
      t.match(await shell.run('dmesg'), /crng reseeded due to virtual machine fork/)
      random.add(await shell.run('head -c 16 /dev/urandom | od -An -tx1'))
      t.equal(
        await shell.run('cat /sys/class/net/eth0/carrier'),
        '1',
        'the guest does not notice that it is cut off',
      )
      await shell.run(`ping -c 1 -W 1 10.77.0.1 || true; echo ${child.name} >/root/who; sync`)
    }
    t.equal(random.size, 2)
    for (const child of children) t.equal(framesFrom(child.tap), 0, 'not a single frame leaves it')
    {
      await using shell = await shellOf(other)
      await shell.run('ip address flush dev eth0; ip link set eth0 address 02:00:00:00:77:77')
    }
    const waiting = isAnswered('10.77.0.90')
    t.equal(await Promise.race([waiting, delay(500, 'waits')]), 'waits', 'nothing comes back either')
    await hypervisor.connect(heir)
    await hypervisor.connect(other)
    await hypervisor.connect(other)
    t.ok(await waiting, 'what was sent meanwhile is answered')
    for (const child of children) t.ok(framesFrom(child.tap) > 0, 'it announces itself')
  })

  await t.test('with all children gone the parent goes on as if nothing had been', async (t) => {
    for (const child of children) {
      await hypervisor.end(child)
      await hypervisor.end(child)
      await hypervisor.deleteDisk(child)
      t.notOk(hostInterfaces().includes(child.tap))
      t.notOk(existsSync(child.directory))
    }
    await hypervisor.resume(parent)
    await hypervisor.resume(parent)
    t.equal(await hypervisor.status(parent), 'running')
    await using shell = await shellOf(parent)
    t.equal(await shell.run('cat /root/who'), 'parent')
    t.notMatch(await shell.run('dmesg'), /virtual machine fork/)
    t.ok(await isAnswered('10.77.0.90'))
  })

  await t.test('a child that ends in the middle leaves the parent stopped, to go on', async (t) => {
    await spawn()
    process.kill(await pidOf(other), 'SIGSTOP')
    await t.rejects(fork(), { code: /QMP_TIMEOUT|CHILD_UNREACHABLE/ })
    t.equal(await hypervisor.status(parent), 'handed-over')
    for (const child of children) {
      await hypervisor.end(child)
      await hypervisor.deleteDisk(child)
    }
    await hypervisor.resume(parent)
    t.ok(await isAnswered('10.77.0.90'))
  })

  await t.test('the parent leaves its disk to its children', async (t) => {
    await spawn()
    await fork()
    await hypervisor.end(parent)
    t.notOk(existsSync(parent.memoryFile), 'the memory has no name any more, but its children')
    await t.rejects(hypervisor.deleteDisk(parent), { code: 'DISK_IN_USE' })
    await using shell = await shellOf(heir)
    t.equal(await shell.run('cat /root/who'), 'parent')
    t.equal(await hypervisor.shutdown(other, { graceMs: 100 }), 'ended')
    t.equal(await hypervisor.status(other), 'absent')
  })

  await t.test('a child goes over to a twin and is forked; then zeros take no memory', async (t) => {
    {
      await using shell = await shellOf(heir)
      await shell.run(
        'echo here >/run/where; head -c 8M /dev/urandom >/run/random; md5sum /run/random >/run/sum',
      )
    }
    await t.rejects(hypervisor.spawnChild(heir, other), { code: 'MEMORY_PRIVATE' })
    const memoryFile = hypervisor.memoryFile('heir')
    const twin = store.machines.reserveTwin('heir', { runtime: join(heir.directory, 'twin'), memoryFile })
    const { downtimeMs, totalMs } = await hypervisor.moveToTwin(heir, twin)
    t.ok(downtimeMs > 0 && downtimeMs < totalMs)
    t.equal(await hypervisor.status(heir), 'handed-over')
    t.equal(await hypervisor.settleTwin(heir, twin), 'twin')
    t.equal(await hypervisor.status(heir), 'absent')
    t.equal(await hypervisor.status(twin), 'running')
    t.notOk(hostInterfaces().includes(heir.tap))
    t.ok(await isAnswered('10.77.0.90'))
    await t.rejects(hypervisor.compactMemory(twin), { code: 'MEMORY_WRITTEN' })

    const grandchild = create('grandchild', { ...fromParent, parent: 'heir', backing: twin.disk, memoryFile })
    await hypervisor.createDisk(grandchild)
    await hypervisor.spawnChild(twin, grandchild)
    {
      await using prepared = await hypervisor.prepareFork(twin, [grandchild])
      await prepared.run()
    }
    const before = await usedBytes(memoryFile)
    await hypervisor.compactMemory(twin)
    const after = await usedBytes(memoryFile)
    t.ok(after < before / 2, `${after} of ${before} bytes`)
    await hypervisor.end(twin)
    await hypervisor.compactMemory(twin)
    await using shell = await shellOf(grandchild)
    t.equal(await shell.run('cat /run/where'), 'here')
    t.match(await shell.run('md5sum -c /run/sum'), /OK/)
  })
})

async function usedBytes(path: string): Promise<number> {
  return (await stat(path)).blocks * 512
}

async function pidOf(machine: MachineRecord): Promise<number> {
  return Number(await readFile(machineFiles(machine).process, 'utf8'))
}
