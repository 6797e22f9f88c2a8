/** Disks of groups on a real store and with real images; the machines are off. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Cleave } from '../../../sdk/cleave.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { machineRecord } from '../store/machine-record.ts'

const size = 16 << 20

async function open(t: Test) {
  const home = t.testdir()
  const cleave = await Cleave.open({ home })
  const store = openStore({ path: join(home, 'store.db') })
  t.teardown(() => {
    store.close()
    cleave.close()
  })
  const machine = (name: string, tap: string, state: 'stopped' | 'split' = 'stopped') =>
    store.machines.insert(machineRecord({ name, tap, state, directory: join(home, 'machines', name) }))
  machine('one', 'tap1')
  machine('two', 'tap2')
  machine('old', 'tap3', 'split')
  return { home, store, disks: cleave.disks, cleave }
}

function backingOf(image: string): unknown {
  return JSON.parse(execFileSync('qemu-img', ['info', '--output=json', image], { encoding: 'utf8' }))[
    'backing-filename'
  ]
}

t.test('a disk is made, given, taken and deleted', async (t) => {
  const { disks, store, home } = await open(t)
  const { image } = await disks.create({ name: 'mail', sizeBytes: size })
  t.equal(image, join(home, 'disks', 'mail.qcow2'))
  await t.rejects(disks.create({ name: 'mail', sizeBytes: size }), { code: 'DISK_EXISTS' })
  t.ok(existsSync(image))

  await disks.create({ name: 'web', sizeBytes: size })
  t.match(await disks.attach({ disk: 'mail', machine: 'one' }), { unit: 0, image })
  t.match(await disks.attach({ disk: 'web', machine: 'one' }), { unit: 1 })
  t.match(await disks.attach({ disk: 'web', machine: 'one' }), { unit: 1 })
  t.match(store.machines.get('one'), { disks: [{ name: 'mail' }, { name: 'web' }] })
  await t.rejects(disks.attach({ disk: 'web', machine: 'two' }), { code: 'DISK_ATTACHED', message: /one/ })
  await t.rejects(disks.delete('mail'), { name: 'RefusedError', code: 'DISK_ATTACHED' })

  t.same(await disks.detach('mail'), { machine: 'one' })
  await t.rejects(disks.detach('mail'), { name: 'InvalidRequestError', code: 'DISK_NOT_ATTACHED' })
  t.match(await disks.attach({ disk: 'mail', machine: 'one' }), { unit: 0 }, 'a place is used again')
  await disks.detach('mail')
  await disks.detach('web')
  t.equal(store.machines.get('one').disks, undefined)
  await disks.delete('mail')
  t.notOk(existsSync(image))
  t.same(
    disks.list().map(({ name }) => name),
    ['web'],
  )
})

t.test('what can not be', async (t) => {
  const { disks, home } = await open(t)
  const bad: [object, string][] = [
    [{ name: 'Mail', sizeBytes: size }, 'BAD_NAME'],
    [{ name: 'm'.repeat(37), sizeBytes: size }, 'BAD_NAME'],
    [{ name: 'mail' }, 'BAD_RESOURCES'],
    [{ name: 'mail', sizeBytes: 1000 }, 'BAD_RESOURCES'],
    [{ name: 'mail', sizeBytes: 2 ** 60 }, 'BAD_RESOURCES'],
    [{ name: 'mail', sizeBytes: size, copy: true }, 'NOTHING_TO_COPY'],
    [{ name: 'mail', from: { disk: 'none' } }, 'DISK_NOT_FOUND'],
    [{ name: 'mail', from: { image: join(home, 'none') } }, 'IMAGE_UNREADABLE'],
  ]
  for (const [wish, code] of bad) await t.rejects(disks.create(wish as never), { code })
  t.same(disks.list(), [])
  await disks.create({ name: 'mail', sizeBytes: size })
  await t.rejects(disks.attach({ disk: 'mail', machine: 'none' }), { code: 'MACHINE_NOT_FOUND' })
  await t.rejects(disks.attach({ disk: 'none', machine: 'one' }), { code: 'DISK_NOT_FOUND' })
  await t.rejects(disks.attach({ disk: 'mail', machine: 'old' }), { code: 'MACHINE_SPLIT' })
  t.equal(disks.get('mail').machine, undefined)
})

t.test('an image that is below others must not change, until they stand alone', async (t) => {
  const { disks } = await open(t)
  const base = await disks.create({ name: 'base', sizeBytes: size })
  const middle = await disks.create({ name: 'middle', from: { disk: 'base' } })
  const top = await disks.create({ name: 'top', from: { disk: 'middle' }, sizeBytes: 2 * size })
  t.same(middle.backing, [base.image])
  t.same(top.backing, [middle.image, base.image])
  const inUse = { name: 'RefusedError', code: 'DISK_IN_USE', message: /middle, top/ }
  await t.rejects(disks.delete('base'), inUse)
  await t.rejects(disks.attach({ disk: 'base', machine: 'one' }), inUse)
  const copy = await disks.create({ name: 'copy', from: { disk: 'middle' }, copy: true })
  t.equal(copy.backing, undefined)

  t.equal((await disks.flatten('middle')).backing, undefined)
  t.equal(backingOf(middle.image), undefined)
  await t.rejects(disks.delete('base'), { code: 'DISK_IN_USE', message: /top$|top:/ })
  await disks.attach({ disk: 'top', machine: 'one' })
  t.equal((await disks.flatten('top')).backing, undefined)
  await disks.delete('base')
  await t.rejects(disks.create({ name: 'more', from: { disk: 'top' } }), { code: 'DISK_ATTACHED' })
})

t.test('an image that moves is known wherever it is below', async (t) => {
  const { disks, home, store } = await open(t)
  await disks.create({ name: 'base', sizeBytes: size })
  const middle = await disks.create({ name: 'middle', from: { disk: 'base' } })
  await disks.create({ name: 'top', from: { disk: 'middle' } })
  await disks.attach({ disk: 'top', machine: 'one' })
  const moved = await disks.move('base', join(home, 'elsewhere'))
  await disks.move('base', join(home, 'elsewhere'))
  t.equal(backingOf(middle.image), moved.image)
  t.same(disks.get('top').backing, [middle.image, moved.image])
  t.equal(backingOf(disks.get('top').image), middle.image)
  const top = await disks.move('top', join(home, 'elsewhere'))
  t.match(store.machines.get('one'), { disks: [{ name: 'top', image: top.image }] })
  execFileSync('qemu-img', ['check', '-q', top.image])
})

t.test('whoever works on a disk holds it, and what begins with it', async (t) => {
  const { disks, store, home } = await open(t)
  await disks.create({ name: 'base', sizeBytes: size })
  await disks.create({ name: 'top', from: { disk: 'base' } })
  const from = { disk: 'top' }
  const works: [string, () => Promise<unknown>][] = [
    ['create from it', () => disks.create({ name: 'more', from }).then(() => disks.delete('more'))],
    ['create a copy', () => disks.create({ name: 'copy', from, copy: true })],
    ['move what is below', () => disks.move('base', join(home, 'elsewhere'))],
    ['move', () => disks.move('top', join(home, 'elsewhere'))],
    ['flatten', () => disks.flatten('top')],
    ['attach', () => disks.attach({ disk: 'top', machine: 'one' })],
    ['flatten what a machine has', () => disks.flatten('top')],
    ['detach', () => disks.detach('top')],
    ['delete', () => disks.delete('top')],
  ]
  const busy = { name: 'BusyError', code: 'DISK_LOCKED', message: /disk top/ }
  for (const [what, work] of works) {
    {
      using _lock = store.locks.lockDisk('top', 'test')
      await t.rejects(work(), busy, what)
    }
    const working = work()
    t.throws(() => store.locks.lockDisk('top', 'test'), busy, what)
    await working
  }
  store.locks.lockDisk('base', 'test').release()
  t.equal(store.locks.holder('one'), undefined)
})

t.test('a disk that is named by its image is the same disk', async (t) => {
  const { disks, store } = await open(t)
  const { image } = await disks.create({ name: 'base', sizeBytes: size })
  {
    using _lock = store.locks.lockDisk('base', 'test')
    await t.rejects(disks.create({ name: 'more', from: { image } }), { code: 'DISK_LOCKED' })
  }
  t.match(await disks.create({ name: 'more', from: { image } }), { backing: [image] })
  await disks.delete('more')
  await disks.attach({ disk: 'base', machine: 'one' })
  await t.rejects(disks.create({ name: 'more', from: { image } }), { code: 'DISK_ATTACHED' })
})

t.test('a disk that moves comes to no machine until it is known where it is', async (t) => {
  const { disks, store, home } = await open(t)
  await disks.create({ name: 'big', sizeBytes: size })
  const moving = disks.move('big', join(home, 'elsewhere'))
  await t.rejects(disks.attach({ disk: 'big', machine: 'one' }), { code: 'DISK_LOCKED' })
  await t.rejects(disks.create({ name: 'more', from: { disk: 'big' } }), { code: 'DISK_LOCKED' })
  const { image } = await moving
  await disks.attach({ disk: 'big', machine: 'one' })
  t.match(store.machines.get('one'), { disks: [{ name: 'big', image }] })
})

t.test('a machine that is deleted leaves its disks', async (t) => {
  const { disks, cleave } = await open(t)
  const { image } = await disks.create({ name: 'mail', sizeBytes: size })
  await disks.attach({ disk: 'mail', machine: 'two' })
  await cleave.machines.get('two').delete()
  t.equal(disks.get('mail').machine, undefined)
  t.ok(existsSync(image))
})
