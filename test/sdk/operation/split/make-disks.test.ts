/** Disks of children that boot, on a real store and with real images. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createQemuHypervisor } from '../../../../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import type { SplitContext } from '../../../../sdk/operation/split/context.ts'
import { makeDisks } from '../../../../sdk/operation/split/stateless/make-disks.ts'
import { room } from '../../../../sdk/operation/split/stateless/room.ts'
import type { MachineRecord } from '../../../../sdk/store/records.ts'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'

t.test(
  'disks of children that share a copy are taken back, also twice and when half of them are gone',
  async (t) => {
    const home = t.testdir()
    using store = openStore({ path: join(home, 'store.db') })
    const make = (name: string, fields: Partial<MachineRecord> = {}) => {
      const directory = join(home, 'machines', name)
      const places = { directory, disk: join(directory, 'root.qcow2'), tap: `tap-${name}` }
      const record = machineRecord({ name, ...places, ...fields })
      store.machines.insert(record)
      return record
    }
    const parent = make('whole')
    mkdirSync(parent.directory, { recursive: true })
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', parent.disk, '16M'])
    const copied = join(home, 'machines', 'three', 'below.qcow2')
    const backing = { one: parent.disk, two: parent.disk, three: copied, four: copied }
    const children = Object.entries(backing).map(([name, backing]) =>
      make(name, { backing, parent: 'whole' }),
    )
    const plan = {
      way: 'delta',
      children: children.map(({ name, backing }) => ({
        name,
        ...(backing === copied && { imageOf: 'three' }),
      })),
    }
    const hypervisor = createQemuHypervisor({ home, store })
    const context = { prepared: { plan, parent, children }, hypervisor, store, findings: {} }
    const step = context as unknown as SplitContext

    await makeDisks.run(step)
    t.ok(children.every(({ disk }) => existsSync(disk)) && existsSync(copied))
    await hypervisor.deleteDisk(children.at(-1) ?? parent)
    for (const _ of ['once', 'again']) {
      await makeDisks.undo?.(step)
      t.same(readdirSync(join(home, 'machines')), ['whole'])
      t.equal(store.machines.list().length, 5, 'their names are still taken')
    }
    for (const _ of ['once', 'again']) {
      await room.undo?.(step)
      await makeDisks.undo?.(step)
    }
    t.same(
      store.machines.list().map(({ name }) => name),
      ['whole'],
    )
    t.ok(existsSync(parent.disk))
  },
)
