/** All of a machine's life by a user without rights: user networking, and splits over the control channel. */

import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t from 'tap'
import { buildImage } from '../../packaging/image/build-image.ts'
import { memoryFolder } from '../../sdk/hypervisor/qemu/memory/memory-file.ts'
import { openGuestShell } from './support/guest-shell.ts'
import { greetingAt, pageAt } from './support/network.ts'
import { hasUdpPort, takePort } from './support/sockets.ts'
import { openUser, type User } from './support/user.ts'
import { collectWitnesses, irregularities } from './support/witness-collector.ts'

const groups = ['witness-a', 'witness-b', 'witness-c']
const [shopPort, servicePort, sshPort] = [18_080, 18_081, 18_022]
const forwards = [`${shopPort}:80`, `${servicePort}:10.77.0.80:80`, `${sshPort}:22`]
const first = ['--child', 'front=shop,witness-a,witness-b', '--child', 'back=witness-c', '--rest', 'back']
const second = ['--child', 'left=shop,witness-a', '--child', 'right=witness-b', '--rest', 'left']

t.test('a user without rights', { timeout: 470_000 }, async (t) => {
  const image = await buildImage({ name: 'test' })
  await using user = await openUser({ image: image.directory })
  await using witnesses = await collectWitnesses({ host: '127.0.0.1', port: 4000 })
  const folderOf = (machine: string) => join(user.home, 'machines', machine)

  const done = async (...words: string[]) => {
    const ran = await user.cleave(...words)
    if (ran.exitCode !== 0) throw new Error(`cleave ${words.join(' ')}: ${ran.stderr}`)
    return ran.document as Record<string, unknown>
  }
  const comesFrom = async (group: string, machine: string) => {
    await witnesses.seenAgain([group], 11)
    const sightings = witnesses.sightings(group)
    t.same(irregularities(sightings), [], group)
    const last = sightings.at(-1)
    t.ok(last && hasUdpPort(folderOf(machine), last.port), `${group} comes from ${machine}`)
  }

  await t.test('what is missing is told, and is no obstacle', async (t) => {
    const { exitCode, document } = await user.cleave('doctor')
    t.equal(exitCode, 0)
    const { checks, splittingWorks } = document as unknown as {
      checks: { name: string; state: string; detail: string }[]
      splittingWorks: boolean
    }
    t.ok(splittingWorks)
    t.match(
      checks.find(({ name }) => name === 'network'),
      { state: 'warning', detail: /forwards/ },
    )
    t.equal(checks.find(({ name }) => name === 'space')?.state, 'ok')
    const built = await user.cleave('image', 'build')
    t.equal(built.exitCode, 6)
    t.match(built.document, { error: { code: 'NEEDS_ROOT', remedy: /--image/ } })
    const onBridge = await user.cleave('vm', 'create', 'whole', '--image', user.image, '--network', 'bridge')
    t.equal(onBridge.exitCode, 6)
    t.match(onBridge.document, { error: { code: 'NO_RIGHTS', remedy: /--network user/ } })
  })

  const wanted = forwards.flatMap((forward) => ['--forward', forward])
  const create = ['vm', 'create', 'whole', '--image', user.image, '--memory', '512M', '--start', ...wanted]
  t.match(await done(...create), {
    machine: { network: 'user', status: 'running', bridge: null, tap: null },
  })
  await pointWitnesses(folderOf('whole'))
  await witnesses.seen(groups)
  for (const group of groups) await comesFrom(group, 'whole')
  await t.test('its services are reached by forwards', async (t) => {
    t.match(await pageAt(shopPort), /visits/)
    t.match(await pageAt(servicePort), /visits/)
    t.match(await greetingAt(sshPort), /^SSH-2/)
  })

  await t.test('the plan says where forwards go', async (t) => {
    const { plan } = await done('split', 'whole', ...first, '--plan')
    t.match(plan, {
      network: 'user',
      unreachable: [],
      children: [
        {
          name: 'front',
          forwards: [{ hostPort: shopPort }, { hostPort: servicePort }, { hostPort: sshPort }],
        },
        { name: 'back', forwards: [] },
      ],
    })
  })

  await t.test('a split that is killed is taken back', async (t) => {
    const request = {
      children: [
        { name: 'front', groups: ['shop', 'witness-a', 'witness-b'] },
        { name: 'back', groups: ['witness-c'] },
      ],
    }
    const settings = JSON.stringify({ home: user.home, bridge: 'cleave0', bridgeAddress: '10.77.0.1/24' })
    const words = [settings, JSON.stringify(request), 'adopt', 'whole']
    const killed = await user.run('test/e2e/support/killed-split.ts', ...words)
    t.equal(killed.signal, 'SIGKILL', killed.stderr)
    await ended(user, 'undone')
    for (const group of groups) await comesFrom(group, 'whole')
    t.match(await pageAt(shopPort), /visits/)
  })

  await t.test('a split: a port that somebody else has taken keeps no group from going on', async (t) => {
    const client = connect(shopPort, '127.0.0.1')
    await once(client, 'connect')
    {
      await using _taken = await takePort(folderOf('whole'), sshPort)
      const { exitCode, document } = await user.cleave('split', 'whole', ...first)
      t.equal(exitCode, 1)
      t.match(document, { error: { code: 'OPERATION_UNFINISHED', cause: { code: 'PORT_TAKEN' } } })
      for (const group of groups) await comesFrom(group, group === 'witness-c' ? 'back' : 'front')
    }
    await ended(user, 'done')
    t.ok(client.closed || (await once(client, 'close')), 'connections end with the process that carried them')
    await comesFrom('witness-a', 'front')
    await comesFrom('witness-b', 'front')
    await comesFrom('witness-c', 'back')
    for (const [name, own] of [
      ['front', ['shop', 'witness-a', 'witness-b']],
      ['back', ['witness-c']],
    ] as const) {
      t.same(await running(done, name), own)
    }
    t.match(await pageAt(shopPort), /visits/)
    t.match(await pageAt(servicePort), /visits/)
    t.match(await greetingAt(sshPort), /^SSH-2/)
    t.notOk(existsSync(join(folderOf('whole'), 'qemu.pid')))
  })

  await t.test('a split of a child', async (t) => {
    const { split } = await done('split', 'front', ...second)
    t.match(split, {
      children: [
        { name: 'left', network: 'user', forwards: [{}, {}, {}] },
        { name: 'right', forwards: [] },
      ],
      twin: { downtimeMs: Number },
    })
    await comesFrom('witness-a', 'left')
    await comesFrom('witness-b', 'right')
    await comesFrom('witness-c', 'back')
    t.match(await pageAt(shopPort), /visits/)
  })

  await t.test('a child starts anew as itself', async (t) => {
    await done('vm', 'stop', 'left')
    await t.rejects(pageAt(shopPort))
    await done('vm', 'start', 'left')
    const { machine } = await done('vm', 'show', 'left')
    t.match(machine, { status: 'running', forwards: [{}, {}, {}] })
    await done('vm', 'stop', 'left', 'right', 'back')
  })

  for (const name of ['left', 'right', 'front', 'back', 'whole']) await done('vm', 'delete', name)
  t.same(readdirSync(memoryFolder(user.home)), [])
  t.same(readdirSync(join(user.home, 'machines')), [])
  const { stdout } = await execa('pgrep', ['-f', `^qemu-system-.*${user.home}/`], { reject: false })
  t.equal(stdout, '')
})

type Done = (...words: string[]) => Promise<Record<string, unknown>>

/** In the guest, the host's loopback is its gateway. */
async function pointWitnesses(folder: string): Promise<void> {
  await using shell = await openGuestShell(join(folder, 'console.sock'))
  await shell.run(
    'echo 10.0.2.2:4000 > /etc/cleave-witness.conf; systemctl restart witness@a witness@b witness@c',
  )
}

/** Waits until the latest operation has come to this end, by its guardian or by the next command. */
async function ended(user: User, end: 'done' | 'undone'): Promise<void> {
  const deadline = performance.now() + 30_000
  for (;;) {
    if (end === 'done') await user.cleave('operations', 'recover')
    const { operations = [] } = (await user.cleave('operations', 'list')).document as {
      operations?: { state: string }[]
    }
    if (operations[0]?.state === end) return
    if (performance.now() > deadline) throw new Error('nobody recovered the operation')
    await delay(200)
  }
}

async function running(done: Done, machine: string): Promise<string[]> {
  const { groups: listed } = (await done('groups', machine)) as {
    groups: { name: string; processes: unknown[] }[]
  }
  return listed
    .filter(({ processes }) => processes.length > 0)
    .map(({ name }) => name)
    .sort()
}
