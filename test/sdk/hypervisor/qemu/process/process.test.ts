import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { machineFiles } from '../../../../../sdk/hypervisor/qemu/machine-files.ts'
import { endProcess } from '../../../../../sdk/hypervisor/qemu/process/end.ts'
import { findProcess, isMachine, processArguments } from '../../../../../sdk/hypervisor/qemu/process/find.ts'
import { boundLog } from '../../../../../sdk/hypervisor/qemu/process/log.ts'
import { startQemu } from '../../../../../sdk/hypervisor/qemu/process/start.ts'
import { isAlive, processHandle } from '../../../../../sdk/store/process-handle.ts'
import { machineRecord } from '../../../store/machine-record.ts'
import { shortFolder } from '../short-folder.ts'

function machineIn(t: Test) {
  return machineRecord({ directory: shortFolder(t) })
}

t.test('a process is found, outlives its monitor, and ends', async (t) => {
  const machine = machineIn(t)
  const files = machineFiles(machine)
  const monitor = [
    '-chardev',
    `socket,id=m,path=${files.monitor},server=on,wait=off`,
    '-mon',
    'm,mode=control',
  ]
  const words = ['-M', 'none', '-S', '-display', 'none', '-nodefaults', '-uuid', machine.id, ...monitor]
  t.equal(findProcess(machine), undefined)
  const client = await startQemu(machine, words)
  const handle = findProcess(machine)
  if (!handle) throw new Error('not found')
  t.teardown(() => endProcess(handle))
  t.ok(processArguments(handle).includes('none'))
  t.not(
    readFileSync(`/proc/${handle.pid}/stat`, 'utf8').split(' ')[5],
    String(process.pid),
    'a session of its own',
  )
  client.close()
  t.ok(isAlive(handle))

  t.equal(
    findProcess({ ...machine, id: '7f1f7ac2-6e1c-4d4e-9a5b-1f0a3f6f2f10' }),
    undefined,
    'of another machine',
  )

  await endProcess(handle)
  await endProcess(handle)
  t.notOk(isAlive(handle))
  t.equal(findProcess(machine), undefined)
})

t.test('a pid file that lies', async (t) => {
  const machine = machineIn(t)
  for (const text of [`${process.pid}\n`, '1\n', '', 'x', '-1', '99999999999', '0']) {
    writeFileSync(machineFiles(machine).process, text)
    t.equal(findProcess(machine), undefined, text)
  }
})

t.test('a QEMU that ends at once says why', async (t) => {
  const machine = machineIn(t)
  await t.rejects(startQemu(machine, ['-M', 'nothing']), {
    code: 'QEMU_ENDED',
    message: /shop ended at once: .*unsupported machine type/s,
  })
})

t.test('the id is looked for as a whole word', async (t) => {
  t.ok(isMachine('qemu\0-uuid\0abc\0', 'abc'))
  t.notOk(isMachine('qemu\0-append\0-uuid abc\0', 'abc'))
  t.notOk(isMachine('qemu\0-uuid\0abcd\0', 'abc'))
  t.notOk(isMachine('', 'abc'))
})

/** A process that does not mind SIGTERM. */
async function stubborn(t: Test): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

t.test('a process that does not leave is killed', async (t) => {
  const child = await stubborn(t)
  const handle = processHandle(child.pid ?? 0)
  if (!handle) throw new Error('not started')
  await endProcess({ ...handle, startTicks: handle.startTicks + 1 })
  t.ok(isAlive(handle), 'another process with the same pid is left alone')
  await endProcess(handle)
  t.notOk(isAlive(handle))
})

t.test('a log keeps its end', async (t) => {
  const path = join(t.testdir(), 'console.log')
  await boundLog(path)
  t.notOk(existsSync(path))
  const lines = Array.from({ length: 200_000 }, (_, index) => `line ${index}\n`).join('')
  writeFileSync(path, lines)
  await boundLog(path)
  const kept = readFileSync(path, 'utf8')
  t.equal(kept.length, 256 * 1024)
  t.ok(lines.endsWith(kept))
  await boundLog(path)
  t.equal(readFileSync(path, 'utf8'), kept, 'a short one is left alone')
})
