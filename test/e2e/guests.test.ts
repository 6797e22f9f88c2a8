/** A split of a guest of Debian 13, with a service that has cgroups of its own. */
import t from 'tap'
import { writing } from './support/guest-shell.ts'
import { openTestHost } from './support/host.ts'
import { watchSplit } from './support/watched-split.ts'

const witnesses = ['witness-a', 'witness-b', 'witness-c']

/** A service that divides its cgroup as container engines do: controllers are on, and it has two cgroups for itself. */
const files = {
  '/srv/pod.sh': `cd /sys/fs/cgroup/system.slice/pod.service
    mkdir manager payload payload/inner
    echo $$ >manager/cgroup.procs
    echo '+memory +pids' >cgroup.subtree_control
    sh -c 'echo $$ >payload/inner/cgroup.procs; exec python3 -I /srv/witness/witness.py pod /none' &
    wait
    `,
  '/etc/systemd/system/pod.service': '[Service]\nDelegate=yes\nExecStart=/bin/sh -eu /srv/pod.sh\n',
  '/etc/cleave/groups.d/pod.yaml': 'match: { units: [pod.service] }\n',
}

// Its size is 0 whatever is in it.
const inner = '/sys/fs/cgroup/system.slice/pod.service/payload/inner/cgroup.procs'

t.test('Debian 13, with a service that divides its cgroup', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole', { release: 'trixie' })
  const shell = await host.shell('whole')
  t.match(await shell.run('cat /etc/os-release'), 'VERSION_CODENAME=trixie')
  t.match(await shell.run('uname -r'), /^6\.12\./)
  const emulated = (await host.cleave.hypervisor.accelerator()) === 'tcg'
  t.equal(await shell.run('cat /proc/sys/kernel/randomize_va_space'), emulated ? '0' : '2')
  t.equal(await shell.run('cleave-agent --check'), 'groups: shop, witness-a, witness-b, witness-c')

  for (const [path, text] of Object.entries(files)) await shell.run(writing(path, text))
  await shell.run('systemctl daemon-reload && systemctl start pod.service')
  await shell.run(`for look in $(seq 50); do grep -qs . "${inner}" && break; sleep 1; done`)
  t.match(await shell.run(`cat ${inner}`), /^\d+$/)

  const children = [
    { name: 'front', groups: ['shop', 'witness-a'] },
    { name: 'middle', groups: ['witness-b', 'pod'] },
    { name: 'back', groups: ['witness-c'] },
  ]
  await watchSplit(t, { host, machine, children, witnesses: [...witnesses, 'pod'] })
  const { run } = await host.shell('back')
  t.match(await run('systemctl start pod.service; systemctl is-active pod.service || true'), 'inactive')
})
