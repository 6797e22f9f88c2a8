import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fc from 'fast-check'
import t from 'tap'
import { isAlive, ownHandle, parseProcessStat, processHandle } from '../../../sdk/store/process-handle.ts'

t.test('the name of a process can hold anything', async (t) => {
  const rest = Array.from({ length: 49 }, (_, index) => index + 4)
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), (name, pid, startTicks) => {
      const fields = rest.with(22 - 4, startTicks).join(' ')
      const handle = parseProcessStat(`${pid} (${name}) S ${fields}\n`)
      return handle?.pid === pid && handle.startTicks === startTicks
    }),
  )
  t.equal(parseProcessStat(''), undefined)
  t.equal(parseProcessStat('12 (a) S 1'), undefined)
  t.equal(parseProcessStat(`12 (a) Z ${rest.join(' ')}`), undefined, 'ended')
})

t.test('real processes', async (t) => {
  t.equal(ownHandle().pid, process.pid)
  t.ok(isAlive(ownHandle()))
  t.notOk(isAlive({ ...ownHandle(), startTicks: 1 }), 'another process with the same pid')

  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  const handle = processHandle(child.pid ?? 0)
  t.ok(handle && isAlive(handle))
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.notOk(handle && isAlive(handle))
})
