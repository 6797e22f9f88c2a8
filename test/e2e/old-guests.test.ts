/** Guests with an old kernel, and with cgroups of version 1. */
import t from 'tap'
import { buildImage } from '../../packaging/image/build-image.ts'
import { consolePrompts } from './support/console.ts'
import { openTestHost } from './support/host.ts'
import { withKernelArguments } from './support/image-variant.ts'
import { isLong } from './support/long.ts'
import { watchSplit } from './support/watched-split.ts'

const witnesses = ['witness-a', 'witness-b', 'witness-c']

t.test(
  'Debian 11: Linux 5.10, and both versions of cgroups',
  { timeout: 470_000, skip: !isLong },
  async (t) => {
    await using host = await openTestHost()
    const image = await buildImage({ name: 'test', release: 'bullseye' })
    await using hybrid = await withKernelArguments(image, 'systemd.unified_cgroup_hierarchy=0')
    const machine = await host.startMachine('whole', { directory: hybrid.directory })
    const shell = await host.shell('whole')
    t.match(await shell.run('uname -r'), /^5\.10\./)
    t.match(await shell.run('cat /proc/self/mounts'), /cgroup2 \/sys\/fs\/cgroup\/unified/)
    t.equal(await shell.run('ls /sys/fs/cgroup/unified/*/cgroup.kill 2>/dev/null || true'), '')

    const children = [
      { name: 'front', groups: ['shop', 'witness-a'] },
      { name: 'back', groups: ['witness-b', 'witness-c'] },
    ]
    await watchSplit(t, { host, machine, children, witnesses })

    const back = host.cleave.machines.get('back')
    const { run } = await host.shell('back')
    await run(`systemd-run --unit=stubborn sh -c 'trap "" TERM; while :; do sleep 1 & wait; done'; sleep 1`)
    const { processes } = await back.terminateGroup('stubborn', { graceMs: 300 })
    t.ok(processes.some(({ ending }) => ending === 'ENDING_KILLED'))
    t.notOk(processes.some(({ ending }) => ending === 'ENDING_STILL_RUNNING'))
  },
)

t.test('cgroup v1 alone is refused with what to do', { timeout: 200_000, skip: !isLong }, async (t) => {
  await using host = await openTestHost()
  const image = await buildImage({ name: 'test', release: 'bullseye' })
  const legacy = 'systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1'
  await using variant = await withKernelArguments(image, legacy)
  const machine = await host.cleave.machines.create({ name: 'old', image: variant.directory, memoryMiB: 512 })
  await t.rejects(machine.start({ timeoutMs: 1000 }), { code: 'NO_ANSWER' })
  await consolePrompts(machine.record())
  const { run } = await host.shell('old')
  const said = await run('cleave-agent --check 2>&1; echo "code $?"')
  t.match(said, 'no cgroup v2 hierarchy')
  t.match(said, 'systemd.unified_cgroup_hierarchy=1')
  t.match(said, 'code 2')
  t.match(await run('journalctl -u cleave-agent -o cat --no-pager'), 'systemd.unified_cgroup_hierarchy=1')
})
