import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { machineFiles } from '../../../../sdk/hypervisor/qemu/machine-files.ts'
import { obstacles, obstaclesOf } from '../../../../sdk/hypervisor/qemu/obstacles.ts'
import { machineRecord } from '../../store/machine-record.ts'
import { listening } from './qmp/listening.ts'
import { shortFolder } from './short-folder.ts'

/** A real QEMU without a machine, whose observer's monitor is where that of a machine is. */
async function startQemu(t: Test, words: readonly string[]) {
  const directory = shortFolder(t)
  const machine = machineRecord({ directory, disk: `${directory}/disk`, memoryFile: `${directory}/disk` })
  const { observer } = machineFiles(machine)
  const monitor = ['-qmp', `unix:${observer},server=on,wait=off`]
  const process = spawn(
    'qemu-system-x86_64',
    ['-M', 'none', '-S', '-nodefaults', '-display', 'none', ...monitor, ...words],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  t.teardown(async () => {
    process.kill('SIGKILL')
    await once(process, 'exit')
  })
  await listening(observer)
  return machine
}

t.test('a QEMU that can do all, and one whose state can not leave it', async (t) => {
  const machine = await startQemu(t, [])
  t.same(await obstacles({ ...machine, memory: 'private' }), {}, 'a private memory has a twin first')
  t.match(await obstacles(machine), { fork: /is gone, which children would map/, suspend: undefined })

  const folder = t.testdir()
  const blocked = await startQemu(t, ['-blockdev', `driver=vvfat,node-name=folder,dir=${folder},rw=on`])
  t.match(await obstacles(blocked), { fork: /vvfat/, suspend: /vvfat/ })
})

t.test('a QEMU that sends all memory always', async (t) => {
  const found = obstaclesOf({ version: '3.1.0', capabilities: ['events'], blockers: [] })
  t.match(found, { fork: /QEMU 3\.1\.0 .*x-ignore-shared/ })
  t.notOk(found.suspend)
})
