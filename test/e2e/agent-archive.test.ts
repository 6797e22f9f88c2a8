/** The agent brought into a guest by its admin: by the archive's script, and by cloud-init. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import t from 'tap'
import { buildAgentArchive } from '../../packaging/agent/build-archive.ts'
import { buildImage } from '../../packaging/image/build-image.ts'
import { packageRoot } from '../../packaging/package-root.ts'
import { consolePrompts } from './support/console.ts'
import { serveFiles } from './support/file-server.ts'
import { openTestHost, type TestHost } from './support/host.ts'
import { isLong } from './support/long.ts'
import { watchSplit } from './support/watched-split.ts'

const witnesses = ['witness-a', 'witness-b', 'witness-c']
const children = [
  { name: 'left', groups: ['witness-a'] },
  { name: 'right', groups: ['witness-b', 'witness-c'] },
]

/** A machine without an agent, which its host could not give an address. */
async function startWithoutAgent(host: TestHost, name: string) {
  const image = await buildImage({ name: 'cloud' })
  const machine = await host.cleave.machines.create({ name, image: image.directory, memoryMiB: 512 })
  await t.rejects(machine.start({ timeoutMs: 1000 }), { code: 'NO_ANSWER' })
  await consolePrompts(machine.record())
  return { machine, run: (await host.shell(name)).run }
}

t.test(
  'the archive installs, upgrades and removes the agent',
  { timeout: 280_000, skip: !isLong },
  async (t) => {
    await using host = await openTestHost()
    const archive = await buildAgentArchive()
    await using files = await serveFiles([archive])
    const { machine, run } = await startWithoutAgent(host, 'whole')
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

t.test('cloud-init installs it at the first boot', { timeout: 280_000, skip: !isLong }, async (t) => {
  await using host = await openTestHost()
  const archive = await buildAgentArchive()
  await using files = await serveFiles([archive])
  const { machine, run } = await startWithoutAgent(host, 'whole')
  const { address, gateway } = machine.record()
  const snippet = await readFile(join(packageRoot(), 'packaging/cloud-init/cleave-agent.yaml'), 'utf8')
  const userData = snippet
    .replace(/source=.*/, `source=${files.url(archive)}`)
    .replace(/checksum=.*/, `checksum=${fileHash(await readFile(archive))}`)
  const seed = {
    'meta-data': 'instance-id: first\nlocal-hostname: cloudy\n',
    'network-config': `version: 2\nethernets: { eth0: { addresses: [${address}], gateway4: ${gateway} } }\n`,
    'user-data': userData,
  }
  const folder = '/var/lib/cloud/seed/nocloud'
  await run(`mkdir -p ${folder}`)
  for (const [name, text] of Object.entries(seed)) {
    const encoded = Buffer.from(text).toString('base64')
    await run(`echo ${encoded} | base64 --decode >${folder}/${name}`)
  }
  t.match(await run(`cloud-init schema --config-file ${folder}/user-data`), 'Valid')

  await run('systemctl reboot --no-block')
  // Once to install the agent, and once more with it.
  await consolePrompts(machine.record(), 3)
  await machine.start()
  t.equal(await run('systemctl is-active cleave-agent.service'), 'active')
  t.equal(await run('hostname'), 'whole', 'not what cloud-init calls it')
  t.match(await run('ip -o -4 address show dev eth0'), address)
  t.equal(await run('ls /etc/systemd/network /etc/netplan 2>/dev/null || true'), '')

  await watchSplit(t, { host, machine, children, witnesses })
  const left = await host.shell('left')
  await left.run('systemctl reboot --no-block')
  await consolePrompts(host.cleave.machines.get('left').record())
  t.equal(await left.run('sleep 3; hostname'), 'left')
  const { groups } = await host.cleave.machines.get('left').groups()
  t.same(
    groups.filter(({ processes }) => processes.length > 0).map(({ name }) => name),
    ['witness-a'],
  )
})

function fileHash(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
