// The faults that a systemd of ours would not show. What it says otherwise is in test/e2e.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createConnection, type DBusConnection, type Message } from 'dbus-native'
import t, { type Test } from 'tap'
import { createUnits } from '../../../agent/systemd/units.ts'

type Answer = (message: Message, connection: DBusConnection) => Message | undefined

const methodReturn = 2
const errorReply = 3
const signal = 4

/** A peer that speaks D-Bus; answers what `answer` gives. */
async function listen(t: Test, answer: Answer): Promise<string> {
  const socket = socketPath(t)
  const server = createServer((stream) => {
    const connection = createConnection({ stream, server: true, authMethods: ['EXTERNAL'] })
    connection.on('error', () => stream.destroy())
    connection.on('message', (message) => {
      const reply = answer(message, connection)
      if (reply !== undefined)
        connection.message({
          ...reply,
          serial: 1000 + Number(message.serial),
          replySerial: Number(message.serial),
        })
    })
  })
  await open(t, server, socket)
  return socket
}

/** A peer that does as `talk` has it. */
async function listenRaw(t: Test, talk: (stream: Socket) => void): Promise<string> {
  const socket = socketPath(t)
  await open(t, createServer(talk), socket)
  return socket
}

/** The test's own folder would make it longer than a socket's path may be. */
function socketPath(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'cleave-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return join(folder, 'private')
}

async function open(t: Test, server: Server, socket: string): Promise<void> {
  server.listen(socket)
  await once(server, 'listening')
  t.teardown(() => server.close())
}

const job = '/org/freedesktop/systemd1/job/7'

function removal(result: string, path = job): Message {
  return {
    type: signal,
    serial: 1,
    path: '/org/freedesktop/systemd1',
    interface: 'org.freedesktop.systemd1.Manager',
    member: 'JobRemoved',
    signature: 'uoss',
    body: [7, path, 'a.service', result],
  }
}

/** A systemd whose jobs end before it tells which job it is. */
function startsWith(result: string): Answer {
  return (message, connection) => {
    if (message.member !== 'StartUnit') return { type: methodReturn }
    connection.message(removal('failed', `${job}0`))
    connection.message(removal(result))
    return { type: methodReturn, signature: 'o', body: [job] }
  }
}

t.test('a unit has started when its job has ended well', async (t) => {
  for (const result of ['done', 'skipped']) {
    await createUnits(await listen(t, startsWith(result))).start('a.service')
  }
  for (const result of ['failed', 'dependency', 'canceled', 'timeout']) {
    const units = createUnits(await listen(t, startsWith(result)))
    await t.rejects(units.start('a.service'), {
      code: 'SYSTEMD_FAILED',
      message: `systemd start a.service: ${result}`,
      remedy: /journalctl -u a\.service/,
    })
  }
})

t.test('a oneshot that goes on has started all the same, where its end is not waited for', async (t) => {
  const connections = new Set<DBusConnection>()
  const isAtWork =
    (type: string): Answer =>
    ({ member }, connection) => {
      connections.add(connection)
      if (member === 'StartUnit') return { type: methodReturn, signature: 'o', body: [job] }
      return { type: methodReturn, signature: 'v', body: [['s', type]] }
    }
  const startAs = async (type: string) => {
    const units = createUnits(await listen(t, isAtWork(type)))
    await units.start('a.service', { oneshotMilliseconds: 1 })
  }
  t.equal(
    await Promise.race([startAs('oneshot').then(() => 'started'), setTimeout(2000, '', { ref: false })]),
    'started',
  )
  const slow = startAs('notify')
  slow.catch(() => undefined)
  t.equal(await Promise.race([slow, setTimeout(100, 'waits')]), 'waits', 'another is waited for')
  for (const { stream } of connections) stream.destroy()
  await t.rejects(slow, { code: 'SYSTEMD_FAILED' })
})

t.test('what systemd refuses is said in its words, but that there is nothing to stop', async (t) => {
  const refusing = (errorName: string, words: string) =>
    listen(t, () => ({ type: errorReply, errorName, signature: 's', body: [words] }))
  const units = createUnits(await refusing('org.freedesktop.DBus.Error.Failed', 'It says no.'))
  await t.rejects(units.stopSoon(['b.service']), {
    code: 'SYSTEMD_FAILED',
    message: 'systemd StopUnit b.service replace: It says no.',
  })
  const words = 'Unit b.service not loaded.'
  const absent = createUnits(await refusing('org.freedesktop.systemd1.NoSuchUnit', words))
  await absent.stopSoon(['b.service'])
  await t.rejects(absent.restartSoon(['b.service']), { code: 'SYSTEMD_FAILED', message: /not loaded/ })
})

t.test(
  'what is asked at the same time or right afterwards goes over one connection, and what comes later over another',
  async (t) => {
    const connections = new Set<DBusConnection>()
    const socket = await listen(t, (message, connection) => {
      connections.add(connection)
      return startsWith('done')(message, connection)
    })
    const units = createUnits(socket)
    await Promise.all([units.start('a.service'), units.start('b.service'), units.stopSoon(['c.service'])])
    await units.stopSoon(['c.service'])
    t.equal(connections.size, 1)
    const [first] = connections
    if (first) await once(first.stream, 'close')
    await units.stopSoon(['c.service'])
    t.equal(connections.size, 2)
  },
)

t.test('a systemd that hangs up in mid-call is told as such', async (t) => {
  const socket = await listen(t, (_message, connection) => {
    connection.stream.destroy()
    return undefined
  })
  const units = createUnits(socket)
  const both: Promise<unknown>[] = [units.show(['a.service'], ['id']), units.stopSoon(['b.service'])]
  for (const one of both) await t.rejects(async () => await one, { code: 'SYSTEMD_FAILED' })
  await t.rejects(units.start('a.service'), { code: 'SYSTEMD_FAILED' })
})

t.test('a socket that is not there, or speaks no D-Bus', async (t) => {
  const nobody = createUnits('/nonexistent/private')
  const both = [nobody.isBooting(), nobody.isBooting()]
  for (const one of both) await t.rejects(one, { code: 'SYSTEMD_FAILED' })
  const greeting = await listenRaw(t, (stream) => stream.end('220 mail.example ESMTP\r\n'))
  await t.rejects(createUnits(greeting).isBooting(), { code: 'SYSTEMD_FAILED' })
  const garbage = await listenRaw(t, (stream) => {
    stream.on('error', () => undefined)
    stream.write(`OK ${'0'.repeat(32)}\r\n`)
    stream.write(Buffer.alloc(64, 0xff))
  })
  await t.rejects(createUnits(garbage).isBooting(), { code: 'SYSTEMD_FAILED' })
})

t.test('systemd is asked for what is wanted of a unit, and nothing else', async (t) => {
  const asked: unknown[] = []
  const answers: Record<string, Message> = {
    Get: { type: methodReturn, signature: 'v', body: [['s', 'oneshot']] },
  }
  const socket = await listen(t, ({ path = '', member = '', body = [] }) => {
    asked.push([path.split('/').at(-1), member, ...body].join(' '))
    return answers[member]
  })
  const [state] = await createUnits(socket).show(['a.service'], ['oneshot', 'hasStopCommands'])
  t.match(state, { oneshot: true, hasStopCommands: false })
  const service = 'org.freedesktop.systemd1.Service'
  t.same(
    asked,
    ['Type', 'ExecStop', 'ExecStopPost'].map((property) => `a_2eservice Get ${service} ${property}`),
  )
  asked.length = 0
  await createUnits(socket).show(['a.timer'], ['oneshot', 'id'])
  t.same(asked, ['a_2etimer Get org.freedesktop.systemd1.Unit Id'])
})

t.test('asked for nothing, systemd is not asked', async (t) => {
  const units = createUnits('/nonexistent/private')
  t.same(await units.show([], ['id']), [])
  await units.stopSoon([])
  await units.forgetFailures([])
})
