/** The agent brought into a guest by cloud-init. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { buildAgentArchive } from '../../packaging/agent/build-archive.ts'
import { packageRoot } from '../../packaging/package-root.ts'
import { children, startWithoutAgent, witnesses } from './support/bare-guest.ts'
import { consolePrompts } from './support/console.ts'
import { serveFiles } from './support/file-server.ts'
import { writing } from './support/guest-shell.ts'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'
import { watchSplit } from './support/watched-split.ts'

t.test('cloud-init installs it at the first boot', { timeout: 880_000, skip: !isLong }, async (t) => {
  await using host = await openTestHost()
  const archive = await buildAgentArchive()
  const { machine, run } = await startWithoutAgent(host, 'whole')
  await using files = await serveFiles([archive])
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
  for (const [name, text] of Object.entries(seed)) await run(writing(`${folder}/${name}`, text))
  t.match(await run(`cloud-init schema --config-file ${folder}/user-data`), 'Valid')

  await run('systemctl reboot --no-block')
  // Once to install the agent, and once more with it.
  await consolePrompts(machine.record(), 3)
  await machine.start()
  t.equal(await run('systemctl is-active cleave-agent.service'), 'active')
  t.equal(await run('hostname'), 'whole', 'not what cloud-init calls it')
  t.match(await run('ip -o -4 address show dev eth0'), address)
  t.equal(await run("find /etc/systemd/network /etc/netplan -name '*cloud-init*' 2>/dev/null || true"), '')
  // What it still does at this boot is a group of its own until it has ended.
  await run('cloud-init status --wait >/dev/null || true')

  await watchSplit(t, { host, machine, children, witnesses })
  const left = await host.shell('left')
  await left.run('systemctl reboot --no-block')
  // cloud-init alone takes more than a minute of a boot where the processor is emulated.
  await consolePrompts(host.cleave.machines.get('left').record(), 1, 240_000)
  // Until it is done it writes to the console.
  await left.run('cloud-init status --wait >/dev/null 2>&1 || true')
  t.equal(await left.run('hostname'), 'left')
  const { groups } = await host.cleave.machines.get('left').groups()
  t.same(
    groups.filter(({ processes }) => processes.length > 0).map(({ name }) => name),
    ['witness-a'],
  )
})

function fileHash(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
