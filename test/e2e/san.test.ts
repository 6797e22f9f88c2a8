/** Groups whose disks are on a network: they are merged, have one writer, and survive the end of whoever serves them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { buildImage } from '../../packaging/image/build-image.ts'
import type { Machine } from '../../sdk/machine/machine.ts'
import type { NamedAssignment } from '../../sdk/planning/assignment.ts'
import { consolePrompts } from './support/console.ts'
import { checksums, mounted, runningGroups, writersGoOn } from './support/data-disks.ts'
import { type GuestShell, writing } from './support/guest-shell.ts'
import { openTestHost, type TestHost } from './support/host.ts'
import { isLong } from './support/long.ts'
import { iscsiName, iscsiPortal, nfsExport, serveIscsi, serveNfs } from './support/san.ts'

const groups = ['data-docs', 'data-san']
const request = { sources: ['two'], groups, restart: true, keep: true }
const places = groups.map((group) => `/srv/${group}`)
const parts = ['docs', 'san']
const byPath = `/dev/disk/by-path/ip-${iscsiPortal}-iscsi-${iscsiName}-lun-1`
const session = `--targetname ${iscsiName} --portal ${iscsiPortal}`

const declarations = {
  'data-san': `match: { units: [data@san.service] }
disks: [{ iscsi: { portal: "${iscsiPortal}", name: "${iscsiName}", lun: 1 }, mountPoint: /srv/data-san, fileSystem: ext4 }]
`,
  'data-docs': `match: { units: [data@docs.service] }
disks: [{ nfs: "${nfsExport}", mountPoint: /srv/data-docs, options: [vers=4.2] }]
`,
}

async function start(host: TestHost, name: string): Promise<Machine> {
  const { directory } = await buildImage({ name: 'disks' })
  const machine = await host.cleave.machines.create({ name, image: directory, memoryMiB: 512 })
  await machine.start()
  await consolePrompts(machine.record())
  const shell = await host.shell(name)
  for (const [group, text] of Object.entries(declarations))
    await shell.run(writing(`/etc/cleave/groups.d/${group}.yaml`, text))
  await shell.run('systemctl enable --quiet data@docs data@san')
  return machine
}

async function makeFileSystem(shell: GuestShell): Promise<void> {
  await shell.run('systemctl start modprobe@iscsi_tcp iscsid')
  await shell.run(`iscsiadm --mode discovery --type sendtargets --portal ${iscsiPortal}`)
  await shell.run(`iscsiadm --mode node ${session} --login && udevadm settle --exit-if-exists=${byPath}`)
  await shell.run(`mkfs.ext4 -q ${byPath} && iscsiadm --mode node ${session} --logout`)
}

async function comeBack(machine: Machine): Promise<void> {
  const deadline = performance.now() + 120_000
  while ((await runningGroups(machine)).length < groups.length) {
    if (performance.now() > deadline) throw new Error(`groups of ${machine.name} did not come back`)
    await delay(500)
  }
}

/** The guardian of the merge tries it, too, and may be about to fail. */
async function recovered(t: Test, { cleave }: TestHost): Promise<void> {
  const deadline = performance.now() + 120_000
  while (cleave.operations.list().some(({ state }) => state === 'running')) {
    await cleave.operations.recover()
    if (performance.now() > deadline) throw new Error('the merge was not taken back')
    await delay(200)
  }
  t.match(cleave.operations.list(), [{ kind: 'merge', state: 'undone' }])
}

async function split(machine: Machine, request: NamedAssignment) {
  const { children } = await (await machine.split(request)).wait()
  return { failures: children.flatMap(({ failures }) => failures) }
}

/** The keys that machines have registered with the disk, each once. */
async function keysOn(shell: GuestShell): Promise<string[]> {
  const ask = `sg_persist --no-inquiry --in --read-keys ${byPath}`
  // Whoever asks first after a session was lost is told of that instead (UNIT ATTENTION).
  const output = await shell.run(`${ask} || ${ask}`)
  return [...new Set(output.match(/0x[0-9a-f]+$/gm) ?? [])]
}

t.test('disks of a SAN go from machine to machine', { timeout: isLong ? 880_000 : 470_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-san-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await using host = await openTestHost()
  const { cleave } = host
  const [one, two] = await Promise.all([start(host, 'one'), start(host, 'two')])
  let target = await serveIscsi(folder)
  await using servers = new AsyncDisposableStack()
  servers.defer(() => target[Symbol.asyncDispose]())
  servers.use(await serveNfs(folder))
  const [shellOfOne, shellOfTwo] = await Promise.all([host.shell('one'), host.shell('two')])
  await makeFileSystem(shellOfTwo)
  for (const [index, group] of groups.entries()) {
    await two.startGroup(group)
    await shellOfTwo.run(`head -c 4M /dev/urandom >${places[index]}/archive; sync`)
  }
  const written = await checksums(host, 'two', parts)
  const [keyOfTwo] = await keysOn(shellOfTwo)

  const hasNothing = async (t: Test, shell: GuestShell, name: string) => {
    t.match(
      await shell.run('iscsiadm --mode session 2>&1 || true'),
      /No active sessions/,
      `${name} is logged out`,
    )
    t.same(await mounted(host, name), [], `${name} has nothing mounted`)
  }
  const runOnTwo = async (t: Test) => {
    t.same((await runningGroups(two)).sort(), groups)
    t.same(await mounted(host, 'two'), places)
    t.same(await keysOn(await host.shell('two')), [keyOfTwo])
    await hasNothing(t, shellOfOne, 'one')
    await writersGoOn(t, host, 'two', parts)
  }
  const isRefused = async (t: Test) => {
    await t.rejects(one.startGroup('data-san'), {
      code: 'DISK_HELD_ELSEWHERE',
      message: `disk 1 of ${iscsiName} is claimed by another machine, with the key ${keyOfTwo}`,
    })
    await hasNothing(t, shellOfOne, 'one')
  }

  await t.test('a disk that another machine has mounted is refused', async (t) => {
    await isRefused(t)
    await runOnTwo(t)
  })

  await t.test('its machine writes on when the session was lost', async (t) => {
    await target.dropSessions()
    await runOnTwo(t)
    await isRefused(t)
  })

  const aBoot = { skip: isLong ? false : 'a boot more takes its time' }
  await t.test('a machine that was lost keeps its claim, and comes back by itself', aBoot, async (t) => {
    await cleave.hypervisor.end(two.record())
    await isRefused(t)
    await two.start()
    await consolePrompts(two.record(), 2)
    await comeBack(two)
    await runOnTwo(t)
  })

  await t.test('a merge whose target ends is taken back when it is there again', async (t) => {
    const program = join(import.meta.dirname, 'support', 'killed-merge.ts')
    const words = [
      JSON.stringify(cleave.settings),
      'one',
      JSON.stringify(request),
      'take',
      String(target.pid),
    ]
    const merge = await execa(process.execPath, [program, ...words], { reject: false, timeout: 120_000 })
    t.match(merge.stderr, /OPERATION_NOT_UNDONE/)
    t.ok(
      merge.stderr.includes(`nobody answers at ${iscsiPortal}, where ${iscsiName} should be`),
      merge.stderr,
    )
    await hasNothing(t, shellOfOne, 'one')
    await target[Symbol.asyncDispose]()
    target = await serveIscsi(folder)
    await recovered(t, host)
    await runOnTwo(t)
  })

  await t.test('a merge', async (t) => {
    const operation = await one.merge(request)
    const { downMs, disks } = await operation.wait()
    t.comment(`down ${Math.round(downMs)} ms`, JSON.stringify(disks))
    t.same((await runningGroups(one)).sort(), groups)
    t.same(await mounted(host, 'one'), places)
    await hasNothing(t, await host.shell('two'), 'two')
    t.same(await checksums(host, 'one', parts), written)
    await writersGoOn(t, host, 'one', parts)
    const keys = await keysOn(shellOfOne)
    t.equal(keys.length, 1)
    t.not(keys[0], keyOfTwo, 'the disk is claimed by its new machine')
    await t.rejects(two.startGroup('data-san'), { code: 'FOREIGN_GROUP' })
  })

  await t.test('a split keeps memory only when the disks are off', async (t) => {
    const children = [
      { name: 'docs', groups: ['data-docs'] },
      { name: 'san', groups: ['data-san'] },
    ]
    const wish = { children, rest: 'san' }
    await t.rejects(one.split(wish), {
      code: 'WAY_UNAVAILABLE',
      message: new RegExp(`^one can't be split by fork or suspend .*${nfsExport}, .*${iscsiName}`),
    })
    await writersGoOn(t, host, 'one', parts)
    for (const group of groups) await one.terminateGroup(group)
    await one.unmountDisks(groups)
    await hasNothing(t, await host.shell('one'), 'one')
    t.same(await split(one, wish), { failures: [] })
    for (const part of parts) {
      const child = cleave.machines.get(part)
      await child.startGroup(`data-${part}`)
      t.same(await mounted(host, part), [`/srv/data-${part}`])
      t.same(
        [...(await checksums(host, part, [part]))],
        [...written].filter(([group]) => group === `data-${part}`),
      )
      await writersGoOn(t, host, part, [part])
    }
    await t.rejects(cleave.machines.get('docs').startGroup('data-san'), { code: 'FOREIGN_GROUP' })
    t.equal((await keysOn(await host.shell('san'))).length, 1)
  })

  await t.test('children that boot log in anew, each for its own groups', aBoot, async (t) => {
    const children = [
      { name: 'owner', groups: ['data-san'] },
      { name: 'other', groups: ['data-1'] },
    ]
    const { failures } = await split(cleave.machines.get('san'), { way: 'delta', children, rest: 'other' })
    t.same(failures, [])
    const owner = cleave.machines.get('owner')
    t.same(await runningGroups(owner), ['data-san'])
    t.equal((await checksums(host, 'owner', ['san'])).get('data-san'), written.get('data-san'))
    await writersGoOn(t, host, 'owner', ['san'])
    await hasNothing(t, await host.shell('other'), 'other')
    await t.rejects(cleave.machines.get('other').startGroup('data-san'), { code: 'FOREIGN_GROUP' })

    await owner.terminateGroup('data-san')
    await owner.unmountDisks(['data-san'])
    const shell = await host.shell('owner')
    await shell.run(`iscsiadm --mode node ${session} --login && udevadm settle --exit-if-exists=${byPath}`)
    t.same(await keysOn(shell), [], 'neither its own key is left nor that of its parent')
  })
})
