/** Disks of machines on a real store and with real images; the machines are off. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Cleave } from '../../../sdk/cleave.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { machineRecord } from '../store/machine-record.ts'

function create(image: string, below?: string): void {
  const words = below === undefined ? [] : ['-F', 'qcow2', '-b', below]
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, image, '16M'])
}

function write(image: string, pattern: number, place: string): void {
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', `write -P ${pattern} ${place} 64k`, image])
}

function holds(image: string, pattern: number, place: string): boolean {
  const words = ['-r', '-f', 'qcow2', '-c', `read -P ${pattern} ${place} 64k`, image]
  return !/verification failed/.test(execFileSync('qemu-io', words, { encoding: 'utf8' }))
}

function backingOf(image: string): unknown {
  const info = execFileSync('qemu-img', ['info', '--output=json', image], { encoding: 'utf8' })
  return JSON.parse(info)['backing-filename']
}

t.test(
  'a machine that shares the copy of another needs it no more, and one in a chain keeps the image',
  async (t) => {
    const home = t.testdir()
    const cleave = await Cleave.open({ home })
    const store = openStore({ path: join(home, 'store.db') })
    t.teardown(() => {
      store.close()
      cleave.close()
    })
    const make = (name: string, backing: string, fields = {}) => {
      const directory = join(home, 'machines', name)
      mkdirSync(directory, { recursive: true })
      const record = machineRecord({
        name,
        directory,
        disk: join(directory, 'root.qcow2'),
        backing,
        ...fields,
      })
      store.machines.insert({ ...record, tap: `tap-${name}` })
      create(record.disk, backing)
      return record
    }
    const image = join(home, 'image.qcow2')
    create(image)
    write(image, 1, '0')
    const whole = make('whole', image, { state: 'split' })
    write(whole.disk, 2, '1M')
    const folder = join(home, 'machines', 'keeper')
    mkdirSync(folder, { recursive: true })
    const copied = join(folder, 'below.qcow2')
    execFileSync('qemu-img', ['convert', '-O', 'qcow2', whole.disk, copied])
    const keeper = make('keeper', copied, { parent: 'whole' })
    const sharer = make('sharer', copied, { parent: 'whole' })
    const front = make('front', whole.disk, { parent: 'whole' })

    await t.rejects(cleave.machines.get('keeper').delete(), { code: 'DISK_IN_USE' })
    for (const _ of ['once', 'again']) {
      t.equal((await cleave.machines.get('sharer').flatten()).backing, undefined)
      t.equal(backingOf(sharer.disk), undefined)
    }
    // Broken off before the store knew.
    store.machines.update('sharer', { backing: copied })
    t.equal((await cleave.machines.get('sharer').flatten()).backing, undefined)
    t.equal((await cleave.machines.get('keeper').flatten()).backing, copied, 'it keeps that for itself')
    t.equal(backingOf(keeper.disk), copied)
    await cleave.machines.get('keeper').delete()

    t.equal((await cleave.machines.get('front').flatten()).backing, image)
    t.equal(backingOf(front.disk), image)
    await cleave.machines.get('whole').delete()
    for (const { disk } of [sharer, front]) {
      t.ok(holds(disk, 1, '0'))
      t.ok(holds(disk, 2, '1M'))
    }
  },
)
