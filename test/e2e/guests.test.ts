/** A split of a guest of Debian 13, with a service that has cgroups of its own. */
import t from 'tap'
import { openTestHost } from './support/host.ts'
import { watchSplit } from './support/watched-split.ts'

const witnesses = ['witness-a', 'witness-b', 'witness-c']

/** A service that divides its cgroup as container engines do: controllers are on, and it has two cgroups for itself. */
const pod = `[Service]
Delegate=yes
ExecStart=/bin/sh -c 'cd /sys/fs/cgroup/system.slice/pod.service && mkdir manager payload payload/inner && \
  echo $$$$ >manager/cgroup.procs && echo +memory +pids >cgroup.subtree_control && \
  (sh -c "echo \\$$\\$$ >payload/inner/cgroup.procs; exec python3 -I /srv/witness/witness.py pod /none" & wait)'
`

// Its size is 0 whatever is in it.
const inner = '/sys/fs/cgroup/system.slice/pod.service/payload/inner/cgroup.procs'

t.test('Debian 13, with a service that divides its cgroup', { timeout: 280_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole', { release: 'trixie' })
  const shell = await host.shell('whole')
  t.match(await shell.run('cat /etc/os-release'), 'VERSION_CODENAME=trixie')
  t.match(await shell.run('uname -r'), /^6\.12\./)
  t.equal(await shell.run('cleave-agent --check'), 'groups: shop, witness-a, witness-b, witness-c')

  await shell.run(`printf '%s' '${pod.replaceAll("'", "'\\''")}' >/etc/systemd/system/pod.service
    echo 'match: { units: [pod.service] }' >/etc/cleave/groups.d/pod.yaml
    systemctl daemon-reload && systemctl start pod.service
    for look in $(seq 50); do grep -qs . "${inner}" && break; sleep 1; done
    grep -q . "${inner}"`)

  const children = [
    { name: 'front', groups: ['shop', 'witness-a'] },
    { name: 'middle', groups: ['witness-b', 'pod'] },
    { name: 'back', groups: ['witness-c'] },
  ]
  await watchSplit(t, { host, machine, children, witnesses: [...witnesses, 'pod'] })
  const { run } = await host.shell('back')
  t.match(await run('systemctl start pod.service; systemctl is-active pod.service || true'), 'inactive')
})
