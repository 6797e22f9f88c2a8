import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { hostInterfaces } from '../../sdk/store/host-interfaces.ts'
import type { MachineRecord } from '../../sdk/store/records.ts'
import { openBareHost } from './support/bare-host.ts'
import { consolePrompts } from './support/console.ts'
import { openGuestShell } from './support/guest-shell.ts'
import { greetingAt } from './support/network.ts'

const [heirPort, otherPort, hearingPort] = [18_022, 18_023, 18_024]
const toSsh = (hostPort: number) => ({ hostPort, guestAddress: '10.0.2.15', guestPort: 22 })

t.test('a machine without a tap boots, forks and moves', { timeout: 470_000 }, async (t) => {
  const host = await openBareHost()
  t.teardown(() => host[Symbol.asyncDispose]())
  const { store, hypervisor } = host
  const create = (name: string, of: Partial<MachineRecord>) =>
    host.create(name, { gateway: '10.0.2.2', ...of })
  const interfaces = hostInterfaces()
  const heard = await hear(hearingPort)
  t.teardown(() => heard.close())
  const says = async (machine: MachineRecord, text: string) => {
    await using shell = await openGuestShell(hypervisor.consoleSocket(machine))
    await shell.run(`echo ${text} >/dev/udp/10.0.2.2/${hearingPort}`)
  }

  const parent = create('parent', { userNetwork: { forwards: [toSsh(heirPort)] } })
  const fromParent = { parent: 'parent', backing: parent.disk, memory: 'private' } as const
  const { memoryFile } = parent
  const forwarding = (port: number) => ({ userNetwork: { forwards: [toSsh(port)] } })
  const heir = create('heir', { ...fromParent, memoryFile, ...forwarding(heirPort) })
  const other = create('other', { ...fromParent, memoryFile, ...forwarding(otherPort) })

  await hypervisor.createDisk(parent)
  await hypervisor.boot(parent)
  await consolePrompts(parent)
  {
    await using shell = await openGuestShell(hypervisor.consoleSocket(parent))
    await shell.run(
      'ip address add 10.0.2.15/24 dev eth0; ip link set eth0 up; ssh-keygen -A; systemctl restart ssh',
    )
  }
  await says(parent, 'parent')
  await heard.until('parent')
  t.match(await greetingAt(heirPort), /^SSH-2/)

  await t.test('nothing that a child sends leaves it before it is connected', async (t) => {
    for (const child of [heir, other]) {
      await hypervisor.createDisk(child)
      await hypervisor.spawnChild(parent, child)
    }
    {
      await using fork = await hypervisor.prepareFork(parent, [heir, other])
      await fork.run()
    }
    for (const { name } of [heir, other]) await says(store.machines.get(name), `${name}-isolated`)
    for (const child of [heir, other]) {
      await hypervisor.connect(child)
      await says(child, `${child.name}-connected`)
      await heard.until(`${child.name}-connected`)
    }
    t.same(heard.texts, ['parent', 'heir-connected', 'other-connected'])
  })

  await t.test('a forward ends in the child once it took it', async (t) => {
    await hypervisor.takeForwards(parent, heir)
    await hypervisor.takeForwards(parent, heir)
    t.match(await greetingAt(heirPort), /^SSH-2/)
    const server = createServer().listen(otherPort, '127.0.0.1')
    await once(server, 'listening')
    await t.rejects(hypervisor.takeForwards(parent, other), { code: 'PORT_TAKEN', message: /18023.*other/ })
    server.close()
    await once(server, 'close')
    await hypervisor.takeForwards(parent, other)
    await hypervisor.end(parent)
    for (const port of [heirPort, otherPort]) t.match(await greetingAt(port), /^SSH-2/)
  })

  await t.test('a move to a twin takes it along', async (t) => {
    const twin = store.machines.reserveTwin('heir', {
      runtime: join(heir.directory, 'twin'),
      memoryFile: hypervisor.memoryFile('heir'),
    })
    await hypervisor.moveToTwin(heir, twin)
    t.match(await greetingAt(heirPort), /^SSH-2/)
    t.equal(await hypervisor.settleTwin(heir, twin), 'twin')
    t.match(await greetingAt(heirPort), /^SSH-2/)
    await says(twin, 'twin')
    await heard.until('twin')
  })
  t.same(hostInterfaces(), interfaces, 'no bridge and no tap was made')
})

/** Notes what comes to a port of the loopback. */
async function hear(port: number) {
  const texts: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (message) => texts.push(message.toString('utf8').trim()))
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  return {
    texts,
    until: async (text: string) => {
      const deadline = performance.now() + 20_000
      while (!texts.includes(text)) {
        if (performance.now() > deadline) throw new Error(`${text} was not heard`)
        await delay(20)
      }
    },
    close: () => socket.close(),
  }
}
