/** The agent brought into a guest by the archive's script. */
import { basename } from 'node:path'
import t from 'tap'
import { buildAgentArchive } from '../../packaging/agent/build-archive.ts'
import { children, startWithoutAgent, witnesses } from './support/bare-guest.ts'
import { serveFiles } from './support/file-server.ts'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'
import { watchSplit } from './support/watched-split.ts'

t.test(
  'the archive installs, upgrades and removes the agent',
  { timeout: 470_000, skip: !isLong },
  async (t) => {
    await using host = await openTestHost()
    const archive = await buildAgentArchive()
    const { machine, run } = await startWithoutAgent(host, 'whole')
    await using files = await serveFiles([archive])
    const { address } = machine.record()
    await run(`ip address add ${address} dev eth0; ip link set eth0 up
    cd /root && curl --fail --silent --retry 20 --retry-connrefused --retry-delay 1 --remote-name ${files.url(archive)}
    tar --extract --gzip --file=${basename(archive)}`)
    const folder = `/root/${basename(archive, '.tar.gz')}`

    t.match(
      await run(
        `cd / && mv /usr/bin/perl /root/; sh ${folder}/install.sh 2>&1; echo "code $?"; mv /root/perl /usr/bin/`,
      ),
      /no perl.*code 1/s,
    )
    t.equal(
      await run('ls /usr/bin/cleave-agent 2>/dev/null || true'),
      '',
      'a check that failed changed nothing',
    )
    await run(`echo '# kept' >>/etc/cleave/agent.yaml`)
    const said = await run(`sh ${folder}/install.sh 2>&1`)
    t.match(said, /is installed and runs/)
    t.match(said, 'groups: witness-a, witness-b, witness-c')
    t.match(await run(`sh ${folder}/install.sh 2>&1`), /is installed and runs/, 'again')
    t.match(await run('tail -n 1 /etc/cleave/agent.yaml'), '# kept')
    t.equal(await run('systemctl is-enabled cleave-agent.service'), 'enabled')
    t.equal(
      await run('readlink /usr/lib/systemd/system/sysinit.target.requires/cleave-child.service'),
      '../cleave-child.service',
    )

    await machine.start()
    await watchSplit(t, { host, machine, children, witnesses })

    const left = await host.shell('left')
    t.match(
      await left.run('systemctl start witness@b.service; systemctl is-active witness@b.service || true'),
      'inactive',
    )
    t.match(await left.run('sh /usr/lib/cleave/install.sh --uninstall'), 'is removed')
    t.equal(await left.run('ls /usr/bin/cleave-agent /usr/lib/cleave 2>/dev/null || true'), '')
    t.match(
      await left.run('systemctl restart witness@b.service; systemctl is-active witness@b.service || true'),
      'inactive',
      'what is foreign stays so',
    )
    await left.run(`sh ${folder}/install.sh`)
    t.match(await left.run(`sh ${folder}/install.sh --purge`), 'all that it knew')
    t.equal(
      await left.run(
        'ls -d /etc/cleave/agent.yaml /var/lib/cleave /etc/systemd/system/*.d/50-cleave.conf 2>/dev/null || true',
      ),
      '',
    )
  },
)
