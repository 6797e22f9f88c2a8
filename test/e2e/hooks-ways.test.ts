/** Admins' commands are told of splits that are no fork by coupling, too. */
import t, { type Test } from 'tap'
import type { SplitResult } from '../../sdk/operation/split/result.ts'
import type { HookRecord } from '../../sdk/store/records.ts'
import type { GuestShell } from './support/guest-shell.ts'
import { openTestHost } from './support/host.ts'

const note = '#!/bin/sh\necho "$CLEAVE_EVENT $CLEAVE_CHILD $CLEAVE_OUTCOME" >>/var/tmp/notes\n'
const groupFile = (unit: string) => `match: { units: [${unit}] }
hooks: { beforeSplit: { command: [/srv/note], user: root }, afterSplit: { command: [/srv/note], user: root } }
`

async function put(shell: GuestShell, path: string, text: string): Promise<void> {
  await shell.run(`echo ${Buffer.from(text).toString('base64')} | base64 -d >${path} && chmod 755 ${path}`)
}

const shown = (records: readonly HookRecord[] = []) =>
  records.map(({ event, child, group, outcome }) => `${event} ${child || '-'} ${group} ${outcome}`)

/** The one group that wants to know was asked in the parent and told in its child, and nowhere else. */
async function wasTold(
  t: Test,
  result: SplitResult,
  { group, child, shell }: { group: string; child: string; shell: GuestShell },
): Promise<void> {
  t.same(shown(result.hooks), [`beforeSplit - ${group} done`])
  t.same(
    result.children.flatMap(({ hooks }) => shown(hooks)),
    [`afterSplit ${child} ${group} done`],
  )
  const notes = (await shell.run('cat /var/tmp/notes')).split('\n').map((line) => line.trim())
  t.same(notes.slice(-2), ['beforeSplit', `afterSplit ${child} split`])
}

t.test('by suspend, and children that boot', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole')
  const shell = await host.shell('whole')
  await put(shell, '/srv/note', note)
  await put(shell, '/etc/cleave/groups.d/witness-a.yaml', groupFile('witness@a.service'))

  const children = [
    { name: 'front', groups: ['shop', 'witness-a'] },
    { name: 'back', groups: ['witness-b', 'witness-c'] },
  ]
  const suspended = await (await machine.split({ way: 'suspend', children })).wait()
  t.equal(suspended.way, 'suspend')
  await wasTold(t, suspended, { group: 'witness-a', child: 'front', shell: await host.shell('front') })

  const again = [
    { name: 'first', groups: ['shop'] },
    { name: 'second', groups: ['witness-a'] },
  ]
  const front = host.cleave.machines.get('front')
  const booted = await (await front.split({ way: 'delta', children: again, rest: 'second' })).wait()
  t.equal(booted.way, 'delta')
  await wasTold(t, booted, { group: 'witness-a', child: 'second', shell: await host.shell('second') })
})

t.test('by user', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole', { image: 'tenants' })
  const shell = await host.shell('whole')
  await put(shell, '/srv/note', note)
  await put(shell, '/etc/cleave/groups.d/carols.yaml', groupFile('tenant@carol.service'))

  const children = [{ name: 'one', groups: ['carol'] }]
  const operation = await machine.split({
    grouping: 'user',
    choose: ({ groups }) => ({
      children: [
        ...children,
        { name: 'two', groups: groups.map(({ name }) => name).filter((name) => name !== 'carol') },
      ],
    }),
  })
  const result = await operation.wait()
  await wasTold(t, result, { group: 'carols', child: 'one', shell: await host.shell('one') })
})
