import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { flattenRootInUse } from '../../../../../sdk/hypervisor/qemu/disk/flatten-root.ts'
import { machineRecord } from '../../../store/machine-record.ts'
import { startDisklessQemu } from '../diskless-qemu.ts'

function create(image: string, below?: string): void {
  const words = below === undefined ? [] : ['-F', 'qcow2', '-b', below]
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, image, '16M'])
}

function infoOf(image: string): Record<string, unknown> {
  return JSON.parse(execFileSync('qemu-img', ['info', '-U', '--output=json', image], { encoding: 'utf8' }))
}

t.test('a machine that runs keeps one image below its disk, or none, also when it is repeated', async (t) => {
  const folder = t.testdir()
  const path = (name: string) => join(folder, `${name}.qcow2`)
  create(path('image'))
  create(path('whole'), path('image'))
  create(path('root'), path('whole'))
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', 'write -P 7 0 64k', path('whole')])
  const machine = machineRecord({ memoryMiB: 128, disk: path('root') })
  const { monitor } = await startDisklessQemu(t, machine)
  const file = { driver: 'file', filename: machine.disk }
  await monitor.execute('blockdev-add', { driver: 'qcow2', 'node-name': 'root', file })
  for (const base of [path('image'), path('image'), undefined, undefined]) {
    await flattenRootInUse({ machine, base, monitor })
    t.equal(infoOf(machine.disk)['backing-filename'], base)
  }
  await monitor.execute('blockdev-del', { 'node-name': 'root' })
  const words = ['-r', '-f', 'qcow2', '-c', 'read -P 7 0 64k', machine.disk]
  t.notMatch(execFileSync('qemu-io', words, { encoding: 'utf8' }), /verification failed/)
})
