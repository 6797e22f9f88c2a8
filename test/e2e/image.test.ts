/** A guest image: what it carries, what it does not, and how it comes up. */
import { join } from 'node:path'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { buildImage } from '../../packaging/image/build-image.ts'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'

/** Reads files of an image's root disk without booting it. */
async function openDisk(t: Test, disk: string) {
  const raw = join(t.testdir(), 'root.raw')
  await execa('qemu-img', ['convert', '-O', 'raw', disk, raw])
  const debugfs = async (request: string) => {
    const { stdout, stderr } = await execa('debugfs', ['-R', request, raw])
    // debugfs succeeds whatever happened; it greets on standard error.
    if (/File not found/.test(stdout + stderr)) return undefined
    return stdout
  }
  return {
    read: (path: string) => debugfs(`cat ${path}`),
    list: async (path: string) => {
      const listing = await debugfs(`ls -p ${path}`)
      return listing?.split('\n').flatMap((line) => line.split('/')[5] ?? [])
    },
  }
}

t.test('an image holds the agent, and nothing that two machines must not share', async (t) => {
  const image = await buildImage({ name: 'test' })
  const disk = await openDisk(t, image.disk)
  t.match(image.packages['cleave-agent'], /^\d/)
  t.match(await disk.read('/etc/cleave/groups.d/shop.yaml'), 'serviceAddress')

  t.equal(await disk.read('/etc/machine-id'), '')
  for (const path of ['/var/lib/cleave', '/var/lib/systemd/random-seed', '/var/lib/dbus/machine-id']) {
    t.equal(await disk.list(path), undefined, path)
  }
  t.notMatch((await disk.list('/etc/ssh'))?.join(' '), 'ssh_host')
})

t.test(
  'a machine comes up whole, and a unit that went to another one never starts',
  { timeout: 200_000, skip: !isLong },
  async (t) => {
    await using host = await openTestHost()
    await host.startMachine('fresh')
    const shell = await host.shell('fresh')
    t.equal(await shell.run('systemctl is-system-running --wait'), 'running')
    t.equal(await shell.run('systemctl --failed --no-legend'), '')
    t.match(await shell.run('cleave-agent --check'), 'shop, witness-a')
    t.match(await shell.run('cat /etc/machine-id'), /^[0-9a-f]{32}$/)

    // The service last: a socket does not start any more when its service runs.
    const units = ['plain.socket', 'plain.timer', 'plain.path', 'plain.service', 'witness@a.service']
    await shell.run(`mkdir -p /run/systemd/system /var/lib/cleave/foreign && cd /run/systemd/system
    printf '[Service]\\nExecStart=/bin/sleep inf\\n' > plain.service
    printf '[Socket]\\nListenStream=/run/plain.socket\\n' > plain.socket
    printf '[Timer]\\nOnActiveSec=1\\n' > plain.timer
    printf '[Path]\\nPathExists=/etc/passwd\\n' > plain.path
    systemctl daemon-reload`)
    const states = async () =>
      (
        await shell.run(
          `for unit in ${units.join(' ')}; do systemctl start $unit; systemctl is-active $unit; done; true`,
        )
      ).split('\n')
    await shell.run(`cd /var/lib/cleave/foreign && touch ${units.join(' ')}`)
    await shell.run('systemctl kill --signal=KILL witness@a.service; sleep 1')
    t.same(new Set(await states()), new Set(['inactive']))
    await shell.run(
      'systemctl restart cleave-agent.service && systemctl is-active cleave-agent.service witness@b.service',
    )

    await shell.run(`cd /var/lib/cleave/foreign && rm ${units.join(' ')}`)
    t.same(new Set(await states()), new Set(['active']), 'it was the marks that kept them from starting')
  },
)
