/** Who is told of a split of a real machine: an admin's commands, and the programs of docs/examples. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { packageRoot } from '../../packaging/package-root.ts'
import type { FailedError } from '../../proto/errors.ts'
import type { Machine } from '../../sdk/machine/machine.ts'
import type { HookRecord } from '../../sdk/store/records.ts'
import type { GuestShell } from './support/guest-shell.ts'
import { bridgeHost, openTestHost } from './support/host.ts'
import { collectWitnesses, irregularities } from './support/witness-collector.ts'

const children = [
  { name: 'front', groups: ['shop', 'witness-a', 'queue'] },
  { name: 'back', groups: ['witness-b', 'witness-c', 'batch'] },
]

/** What an admin's hooks run. */
const note = `#!/bin/sh
echo "$CLEAVE_EVENT of $CLEAVE_GROUP: $CLEAVE_CHILDREN$CLEAVE_OUTCOME $CLEAVE_CHILD, as $(id -un)" | tee -a /var/tmp/notes
if [ -e "/run/no-$CLEAVE_EVENT" ]; then echo 'not now' >&2; exit 3; fi
`

const groupFile = (unit: string, user: string) => `match: { units: [${unit}] }
hooks:
  beforeSplit: { command: [/srv/note], user: ${user} }
  afterSplit: { command: [/srv/note], user: ${user} }
`

const unitFile = (program: string, user: string) => `[Service]
ExecStart=${program} /var/lib/${user}
User=${user}
StateDirectory=${user}
Restart=always
`

async function put(shell: GuestShell, path: string, text: string): Promise<void> {
  const encoded = Buffer.from(text).toString('base64')
  await shell.run(`: > ${path}.new`)
  // A terminal takes only so much in one line.
  for (const part of encoded.match(/.{1,1000}/g) ?? []) await shell.run(`echo ${part} >> ${path}.new`)
  await shell.run(`base64 -d ${path}.new > ${path} && rm ${path}.new && chmod 755 ${path}`)
}

async function furnish(shell: GuestShell): Promise<void> {
  for (const [user, file] of Object.entries({ queue: 'queue.py', batch: 'queue.sh' })) {
    const program = `/srv/${file}`
    await shell.run(`useradd --system --no-create-home ${user}`)
    await put(shell, program, readFileSync(join(packageRoot(), 'docs/examples', file), 'utf8'))
    await put(shell, `/etc/systemd/system/${user}.service`, unitFile(program, user))
  }
  await put(shell, '/srv/note', note)
  await put(shell, '/etc/cleave/groups.d/witness-a.yaml', groupFile('witness@a.service', 'root'))
  await put(shell, '/etc/cleave/groups.d/witness-b.yaml', groupFile('witness@b.service', 'daemon'))
  await shell.run('touch /var/tmp/notes && chmod 666 /var/tmp/notes')
  await shell.run('systemctl daemon-reload && systemctl start queue.service batch.service')
}

async function areDeclared(machine: Machine): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const { groups, problems } = await machine.groups()
    const found = groups.filter(({ declaredIn }) => declaredIn.startsWith('/run/cleave-declared/'))
    if (found.length === 2) return
    if (performance.now() > deadline) throw new Error(`not declared: ${problems.join('; ')}`)
    await delay(500)
  }
}

/** Answers when the program of a user has done more than before. */
async function worksOn(shell: GuestShell, user: string): Promise<void> {
  const count = async () => Number(await shell.run(`cat /var/lib/${user}/done`))
  const first = await count()
  const deadline = performance.now() + 30_000
  while ((await count()) === first) {
    if (performance.now() > deadline) throw new Error(`${user} does not work on`)
    await delay(200)
  }
}

const shown = (records: readonly HookRecord[] = []) =>
  records.map(({ event, child, group, outcome }) => `${event} ${child || '-'} ${group} ${outcome}`).sort()

t.test('those in a guest who want to know of a split are told', { timeout: 400_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole')
  const shell = await host.shell('whole')
  await furnish(shell)
  await areDeclared(machine)
  await using witnesses = await collectWitnesses({ host: bridgeHost, port: 4000 })
  await delay(1000)
  const before = await host.traces()

  /** Tries to split, and answers why it did not come to that. */
  const refused = async () => {
    const operation = await machine.split({ children, rest: 'back' })
    const error = await operation.wait().then(
      () => undefined,
      (thrown) => thrown as FailedError,
    )
    t.match(error, { code: 'OPERATION_UNDONE' })
    t.same(await host.traces(), before, 'nothing is left behind')
    t.equal(await machine.status(), 'running')
    const { hooks } = host.cleave.operations.get(operation.id)
    return { cause: error?.cause, hooks, id: operation.id }
  }

  await t.test('a command of an admin refuses', async (t) => {
    await shell.run('touch /run/no-beforeSplit')
    const { cause, hooks, id } = await refused()
    t.match(cause, {
      code: 'HOOK_REFUSED',
      message:
        /group witness-[ab] refuses the split: command \/srv\/note, as (root|daemon): exit code 3\n.*\nnot now$/,
      remedy: `Do what it asks for and split again; \`cleave operations show ${id}\` has all that was said.`,
    })
    const failed = hooks?.find(({ outcome }) => outcome === 'refused')
    t.match(failed?.output, /^beforeSplit of witness-[ab]: (front|back) , as (root|daemon)\nnot now$/)
    t.ok(shown(hooks).includes('afterSplit - witness-a done'), shown(hooks).join('\n'))
    t.match(await shell.run('cat /var/tmp/notes'), /afterSplit of witness-a: undone , as root/)
    await shell.run('rm /run/no-beforeSplit')
    await worksOn(shell, 'queue')
    await worksOn(shell, 'batch')
  })

  await t.test('a program refuses', async (t) => {
    await shell.run(
      'touch /var/lib/queue/backup; rm /var/tmp/notes; touch /var/tmp/notes; chmod 666 /var/tmp/notes',
    )
    const { cause } = await refused()
    t.match(cause, {
      code: 'HOOK_REFUSED',
      message: /^group queue refuses the split: application queue \(pid \d+\): a backup runs$/,
    })
    t.match(await shell.run('tail -n 1 /var/lib/queue/log'), 'goes on as before')
    await shell.run('rm /var/lib/queue/backup')
    await worksOn(shell, 'queue')
    await worksOn(shell, 'batch')
  })

  await t.test('all are ready, and told in their own child', async (t) => {
    await shell.run('rm -f /var/lib/*/log; : > /var/tmp/notes; touch /run/no-afterSplit')
    const operation = await machine.split({ children, rest: 'back' })
    const result = await operation.wait()
    t.same(shown(result.hooks), [
      'beforeSplit - batch done',
      'beforeSplit - queue done',
      'beforeSplit - witness-a done',
      'beforeSplit - witness-b done',
    ])
    const [front, back] = result.children
    t.same(shown(front?.hooks), ['afterSplit front queue done', 'afterSplit front witness-a refused'])
    t.same(shown(back?.hooks), ['afterSplit back batch done', 'afterSplit back witness-b refused'])
    const failed = back?.hooks.find(({ outcome }) => outcome === 'refused')
    t.match(failed, {
      detail: 'exit code 3',
      output: /^afterSplit of witness-b: split back, as daemon\nnot now$/,
    })
    t.same(host.cleave.operations.get(operation.id).hooks?.length, 8)
    for (const group of ['witness-a', 'witness-b']) t.same(irregularities(witnesses.sightings(group)), [])

    for (const [child, own, other] of [
      ['front', 'queue', 'batch'],
      ['back', 'batch', 'queue'],
    ] as const) {
      const inChild = await host.shell(child)
      const log = (await inChild.run(`cat /var/lib/${own}/log`)).split('\n')
      t.match(log, [new RegExp(`^paused after \\d+ for ${child}$`), `goes on in ${child}`], child)
      t.equal(log.length, 2)
      await worksOn(inChild, own)
      t.notMatch(await inChild.run(`cat /var/lib/${other}/log`), /goes on/)
      const stopped = await inChild.run(`cat /var/lib/${other}/done`)
      await delay(1500)
      t.equal(await inChild.run(`cat /var/lib/${other}/done`), stopped, `${other} does not`)
      t.equal(await inChild.run(`pgrep -u ${other} || echo none`), 'none')
      await inChild.run(`systemctl start ${other}.service; sleep 1`)
      t.equal(await inChild.run(`pgrep -u ${other} || echo none`), 'none', 'and can not start')
      const { groups } = await host.cleave.machines.get(child).groups()
      const declared = groups.filter(({ declaredIn }) => declaredIn.startsWith('/run/'))
      t.same(
        declared.map(({ name }) => name),
        [own],
      )
    }
  })
})
