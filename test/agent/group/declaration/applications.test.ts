import { chmodSync, chownSync, linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { createApplicationReader } from '../../../../agent/group/declaration/applications.ts'
import { parseApplication } from '../../../../agent/group/declaration/parse-application.ts'
import { formatProblem } from '../../../../proto/yaml.ts'

const process = { pid: 7, startTicks: 70 }
const sound = JSON.stringify({ process })
const withMore = (more: object) => JSON.stringify({ process, ...more })
const [nobody, daemon] = [65_534, 1]

function createFolder(t: Test) {
  const folder = join(t.testdir({}), 'declared')
  mkdirSync(folder)
  chmodSync(folder, 0o1777)
  const reader = createApplicationReader({ folder })
  return {
    folder,
    path: (name: string) => join(folder, name),
    write(name: string, text = sound, userId = nobody) {
      writeFileSync(join(folder, name), text)
      chownSync(join(folder, name), userId, userId)
    },
    read(from = reader) {
      const { declarations, problems } = from.read()
      return {
        names: declarations.map(({ name }) => name),
        problems: problems.map((problem) => formatProblem(problem).replace(`${folder}/`, '')),
      }
    },
  }
}

t.test('the owner of a file is who declares, and what it may match is of its user', (t) => {
  const { folder, write } = createFolder(t)
  write('nobody-cart.json', withMore({ match: { commands: ['^/srv/cart'], pids: [8] }, listens: true }))
  write(
    'daemon.json',
    withMore({ hooks: { beforeSplit: { command: ['/bin/true'], timeoutSeconds: 5 } } }),
    daemon,
  )
  const { declarations, problems } = createApplicationReader({ folder }).read()
  t.same(problems, [])
  t.match(declarations, [
    { name: 'daemon', application: { userId: 1, socket: undefined }, hooks: { beforeSplit: { user: '1' } } },
    {
      name: 'nobody-cart',
      match: { pids: [7, 8], units: [], users: [], cgroups: [] },
      application: {
        userId: nobody,
        process: { pid: 7, startTicks: 70 },
        socket: join(folder, 'nobody-cart.sock'),
      },
    },
  ])
  t.end()
})

t.test('what belongs to others can not be claimed', (t) => {
  const hook = { command: ['/bin/sh'] }
  const claims: [object, RegExp][] = [
    [{ match: { units: ['ssh.service'] } }, /match: Unrecognized key: "units"/],
    [{ match: { users: ['root'] } }, /match: Unrecognized key: "users"/],
    [{ match: { cgroups: ['/system.slice'] } }, /match: Unrecognized key: "cgroups"/],
    [{ serviceAddress: '10.0.0.1/24' }, /Unrecognized key: "serviceAddress"/],
    [{ disks: [{ serial: 'x', mountPoint: '/x' }] }, /Unrecognized key: "disks"/],
    [{ apart: ['shop'] }, /Unrecognized key: "apart"/],
    [{ together: ['shop'] }, /Unrecognized key: "together"/],
    [{ start: ['x.service'] }, /Unrecognized key: "start"/],
    [{ name: 'shop' }, /Unrecognized key: "name"/],
    [{ hooks: { beforeSplit: { ...hook, user: 'root' } } }, /Unrecognized key: "user"/],
    [{ hooks: { beforeSplit: { command: ['sh'] } } }, /expected an absolute path/],
    [{ hooks: { beforeSplit: { ...hook, timeoutSeconds: 61 } } }, /timeoutSeconds/],
    [{ listens: true, hooks: { afterSplit: hook } }, /listens: expected either this or hooks/],
    [{ match: { commands: Array(17).fill('x') } }, /match: commands: Too big/],
    [{ match: { commands: ['(a)\\1'] } }, /match: commands: 0: /],
  ]
  for (const [claim, expected] of claims) {
    const { write, read } = createFolder(t)
    write('nobody.json', withMore(claim))
    t.match(read(), { names: [], problems: [expected] })
  }
  const { write, read } = createFolder(t)
  write('shop.json')
  write('nobodys.json')
  write('root-owned.json', sound, 0)
  t.same(read(), {
    names: ['root-owned'],
    problems: ['nobodys.json', 'shop.json'].map(
      (name) =>
        `${name}:1:1: a group that user nobody declares has to be called nobody, or nobody-…; it is not used`,
    ),
  })
  t.end()
})

t.test('nothing that a user can put there is followed or waited for', async (t) => {
  const { path, write, read } = createFolder(t)
  write('../nobody-outside.json')
  symlinkSync('../nobody-outside.json', path('nobody-link.json'))
  write('nobody-first.json')
  linkSync(path('nobody-first.json'), path('nobody-second.json'))
  await execa('mkfifo', [path('nobody-pipe.json')])
  mkdirSync(path('nobody-folder.json'))
  write('nobody-long.json', withMore({ match: { commands: ['x'.repeat(8192)] } }))
  write('nobody-open.json')
  chmodSync(path('nobody-open.json'), 0o666)
  write('nobody-deep.json', '['.repeat(8000))
  write('.hidden.json')
  write('NOBODY.json')
  write('nobody.json.new')
  const { names, problems } = read()
  t.same(names, [])
  const first = new Map(problems.toSorted().map((problem) => [problem.split(':')[0], problem]))
  t.match(
    [...first.values()],
    [
      /^nobody-deep.json:1:1: is no JSON/,
      /^nobody-first.json:1:1: has more than one name; it is not used$/,
      /^nobody-folder.json:1:1: is not a regular file/,
      /^nobody-link.json:1:1: is a link/,
      /^nobody-long.json:1:1: is larger than 8192 bytes/,
      /^nobody-open.json:1:1: can be written by others/,
      /^nobody-pipe.json:1:1: is not a regular file/,
      /^nobody-second/,
    ],
  )
})

t.test('a user has a share, and so have all', (t) => {
  const { write, read, path } = createFolder(t)
  for (let count = 10; count < 30; count++) write(`nobody-${count}.json`)
  write('daemon.json', sound, daemon)
  const { names, problems } = read()
  t.equal(names.length, 17)
  t.ok(names.includes('daemon'))
  t.same(problems, ['nobody-26.json:1:1: is not used: user nobody has more than 16 files'])
  for (let user = 3_000_000; user < 3_000_300; user++) write(`${user}.json`, sound, user)
  t.match(read(), { problems: [/nobody-26/, /there may be 256 files/] })
  t.equal(read().names.length, 256)
  for (let count = 0; count < 4096; count++) writeFileSync(path(`x${count}`), '')
  t.match(read().problems, [/has more than 4096 entries; not all were looked at/])
  t.end()
})

t.test('the folder has to be root’s, and sticky', (t) => {
  const { folder, write, read } = createFolder(t)
  write('nobody.json')
  chmodSync(folder, 0o777)
  t.match(read(), { names: [], problems: [/declared:1:1: is not sticky; nothing in it is used/] })
  chmodSync(folder, 0o755)
  t.same(read().names, ['nobody'])
  chownSync(folder, nobody, nobody)
  t.match(read(), { names: [], problems: [/belongs to user 65534, not to root/] })
  renameSync(folder, `${folder}-else`)
  symlinkSync(`${folder}-else`, folder)
  t.match(read(), { names: [], problems: [/is not a folder/] })
  t.same(createApplicationReader({ folder: '/nowhere' }).read(), { declarations: [], problems: [] })
  t.end()
})

t.test('an admin says whose applications may', (t) => {
  const { folder, write, read } = createFolder(t)
  write('nobody.json')
  write('daemon.json', sound, daemon)
  t.match(read(createApplicationReader({ folder, users: ['daemon'] })), {
    names: ['daemon'],
    problems: [/nobody.json:1:1: the agent's settings don't let user nobody declare groups/],
  })
  t.same(read(createApplicationReader({ folder, users: [] })).names, [])
  t.end()
})

t.test('what has changed is read again', (t) => {
  const { write, read } = createFolder(t)
  write('nobody.json')
  t.same(read().names, ['nobody'])
  write('nobody.json', '{"process":3}')
  t.match(read(), { names: [], problems: [/process/] })
  write('nobody.json', sound, daemon)
  t.match(read(), { names: [], problems: [/has to be called daemon/] })
  t.end()
})

t.test('no text makes the parser throw, or declare what is not its own', (t) => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constant(process),
    fc.constant({ units: ['a.service'], pids: [8] }),
  )
  const keys = [
    'process',
    'match',
    'endpoints',
    'listens',
    'hooks',
    'users',
    'start',
    'serviceAddress',
    '__proto__',
  ]
  const files = fc.dictionary(fc.constantFrom(...keys), value).map((one) => withMore(one))
  const texts = fc.oneof(fc.string(), fc.json(), files)
  fc.assert(
    fc.property(texts, (text) => {
      const { declaration } = parseApplication({
        text,
        file: '/d/nobody.json',
        userId: nobody,
        user: 'nobody',
      })
      if (declaration === undefined) return true
      const { match, serviceAddress, disks, start, application } = declaration
      return (
        application?.userId === nobody &&
        [...match.units, ...match.users, ...match.cgroups, ...disks, ...start, serviceAddress].join('') === ''
      )
    }),
  )
  t.end()
})
