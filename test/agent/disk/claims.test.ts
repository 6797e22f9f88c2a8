import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { type Claims, createClaims } from '../../../agent/disk/claims.ts'
import { createDiskKeys, keyOf } from '../../../agent/disk/disk-keys.ts'
import { parseKeys, type Registrations } from '../../../agent/disk/registrations.ts'
import type { Disk } from '../../../proto/generated/messages.ts'

const disk: Disk = {
  serial: '',
  uuid: '',
  mountPoint: '/srv/shop',
  fileSystem: 'ext4',
  options: [],
  iscsi: { portal: '10.77.0.1:3260', name: 'iqn.2026-01.org.example:shop', lun: 1 },
  nfs: '',
}

t.test('the keys that sg_persist tells', async (t) => {
  const some =
    '  PR generation=0x3, 2 registered reservation keys follow:\n    0xabc\n    0x00A1b2c3d4e5f60\n'
  t.same(parseKeys(some), ['abc', 'a1b2c3d4e5f60'])
  t.same(parseKeys('  PR generation=0x0, there are NO registered reservation keys\n'), [])
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })), (keys) => {
      const output = keys.map((key) => `    0x${key.toString(16)}\n`).join('')
      t.same(
        parseKeys(`  PR generation=0x1, registered keys follow:\n${output}`),
        keys.map((key) => key.toString(16)),
      )
    }),
  )
})

t.test('a machine that became another one knows its keys', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'cleave-keys-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  await mkdir(join(root, 'etc'))
  const become = (id: string) => writeFile(join(root, 'etc/machine-id'), `${id}\n`)
  const keys = createDiskKeys(root)
  t.same([...keys.own()], [])
  await become('6b1f0c0e9d3f4b0d8a55d2a7c1e4f901')
  const first = await keys.keep()
  t.match(first, /^[1-9a-f][0-9a-f]{0,15}$/)
  t.equal(await keys.keep(), first)
  t.equal(keyOf('6b1f0c0e9d3f4b0d8a55d2a7c1e4f901'), first)
  await become('0e0c1d7f2a5b4c6d9e8f7a6b5c4d3e2f')
  const second = await keys.keep()
  t.not(second, first)
  t.same([...createDiskKeys(root).own()], [first, second])
  await writeFile(join(root, 'var/lib/cleave/disk-keys.json'), '{"version":1,"keys":["$(reboot)"]}')
  t.throws(() => keys.own(), { code: 'BAD_DISK_KEYS' })
})

/** What a target keeps: a key for each session, which outlives the session. */
function createTarget(scheduler: fc.Scheduler) {
  const keys = new Map<string, string>()
  const asked = <Result>(work: () => Result) => scheduler.schedule(Promise.resolve()).then(work)
  return {
    keys,
    of: (session: () => string): Registrations => ({
      read: () => asked(() => [...keys.values()]),
      register: (_, key) => asked(() => void keys.set(session(), key)),
      unregister: () => asked(() => void keys.delete(session())),
      clear: (_, key) =>
        asked(() => {
          if (keys.get(session()) !== key) throw new Error('reservation conflict')
          keys.clear()
        }),
    }),
  }
}

t.test('however calls of machines come between each other, one at most has the disk', async (t) => {
  const action = fc.constantFrom('claim', 'release', 'reconnect')
  const plans = fc.array(fc.array(action, { maxLength: 6 }), { minLength: 2, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), plans, async (scheduler, machines) => {
      const target = createTarget(scheduler)
      const holders = new Set<number>()
      const run = async (machine: number, actions: readonly string[]) => {
        const key = (machine + 1).toString(16)
        let session = 0
        const claims: Claims = createClaims({
          keys: { own: () => new Set([key]), keep: async () => key },
          target: target.of(() => `${machine}/${session}`),
        })
        for (const one of actions) {
          if (one === 'reconnect') session += 1
          else if (one === 'release') {
            holders.delete(machine)
            t.equal(await claims.release('/dev/sda'), '')
          } else {
            const code = await claims.claim('/dev/sda', disk).catch((error) => error.code)
            if (code === '') holders.add(machine)
            else t.equal(code, 'DISK_HELD_ELSEWHERE')
          }
          if (holders.size > 1) throw new Error(`${[...holders]} have it`)
        }
        if (holders.has(machine)) await claims.release('/dev/sda')
        holders.delete(machine)
      }
      await scheduler.waitFor(Promise.all(machines.map((actions, machine) => run(machine, actions))))
    }),
    { numRuns: 300 },
  )
})

t.test('a disk that nobody has any more is free for another machine', async (t) => {
  const target = createTarget({ schedule: (work: Promise<unknown>) => work } as unknown as fc.Scheduler)
  let session = 'first'
  const claimsOf = (keys: string[]) =>
    createClaims({
      keys: { own: () => new Set(keys), keep: async () => keys.at(-1) ?? '' },
      target: target.of(() => `${keys.at(-1)} ${session}`),
    })
  const [parent, child, other] = [claimsOf(['a']), claimsOf(['a', 'b']), claimsOf(['c'])]
  t.equal(await parent.claim('/dev/sda', disk), '')
  session = 'second'
  t.equal(await child.claim('/dev/sda', disk), '', 'a child has the keys of its parent')
  await t.rejects(other.claim('/dev/sda', disk), { code: 'DISK_HELD_ELSEWHERE', message: /0xa, 0xb/ })
  t.equal(await other.release('/dev/sda'), '')
  t.equal(target.keys.size, 2, 'what it has not it does not take off')
  t.equal(await child.release('/dev/sda'), '')
  t.equal(await other.claim('/dev/sda', disk), '')
})

t.test('a guest without sg_persist mounts its disks, and says what that means', async (t) => {
  const path = process.env['PATH']
  process.env['PATH'] = '/nonexistent'
  t.teardown(() => {
    process.env['PATH'] = path
  })
  const claims = createClaims({ keys: { own: () => new Set(['a']), keep: async () => 'a' } })
  t.match(await claims.claim('/dev/null', disk), /^other machines are not kept from it: .*sg_persist/)
  t.equal(await claims.release('/dev/null'), '')
})
