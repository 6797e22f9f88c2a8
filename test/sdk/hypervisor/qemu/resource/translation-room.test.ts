import fc from 'fast-check'
import t from 'tap'
import type { QmpClient } from '../../../../../sdk/hypervisor/qemu/qmp/client.ts'
import {
  hasTranslationRoom,
  waitForTranslationRoom,
} from '../../../../../sdk/hypervisor/qemu/resource/translation-room.ts'
import { machineRecord } from '../../../store/machine-record.ts'

/** As QEMU 7.2 with `tb-size=256` writes it. */
const capacity = 267_780_096
const report = (used: number) =>
  `Translation buffer state:\r\ngen code size       ${used}/${capacity}\r\nTB count            412345\r\n`

/** How many of 128 pieces are given out when the processors that run have filled theirs so far, and all others are full. */
const given = (parts: readonly number[], full: number) => ({
  count: full + parts.length,
  used: Math.floor((full + parts.reduce((sum, part) => sum + part, 0)) * (capacity / 128)),
})

t.test('no processor is plugged in when all pieces are given out, however full they are', async (t) => {
  const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 15 })
  fc.assert(
    fc.property(parts, fc.nat(127), (own, full) => {
      const { count, used } = given(own, Math.min(full, 128 - own.length))
      const hasRoom = hasTranslationRoom(report(used), { present: own.length, most: 16 })
      return count < 128 || !hasRoom
    }),
  )
  for (const part of [0, 0.5, 1]) {
    t.notOk(hasTranslationRoom(report(given([part], 127).used), { present: 1, most: 16 }))
    t.notOk(hasTranslationRoom(report(given([part, part, part], 125).used), { present: 3, most: 16 }))
  }
})

t.test('most of the time there is room', async (t) => {
  t.ok(hasTranslationRoom(report(0), { present: 15, most: 16 }))
  t.ok(hasTranslationRoom(report(capacity * 0.97), { present: 1, most: 16 }))
  t.ok(hasTranslationRoom('JIT information is only available with accel=tcg\r\n', { present: 1, most: 16 }))
})

t.test('the guest is nudged until there is room, and not for ever', async (t) => {
  const full = report(capacity - 1_000_000)
  const asked: string[] = []
  const wait = async (reports: string[], boundMs: number) => {
    const monitor = {
      execute: async (command: string, given: { 'command-line': string }) => {
        asked.push(`${command} ${given['command-line']}`)
        return reports.length > 1 ? reports.shift() : reports[0]
      },
    } as unknown as QmpClient
    let nudges = 0
    const nudge = async () => {
      nudges += 1
    }
    const processors = { present: 1, most: 16 }
    await waitForTranslationRoom({ machine: machineRecord(), processors, monitor, nudge, boundMs })
    return nudges
  }
  t.equal(await wait([full, full, report(1_000_000)], 5000), 2)
  t.same(new Set(asked), new Set(['human-monitor-command info jit']))
  t.equal(await wait([report(0)], 0), 0)
  await t.rejects(wait([full], 150), { code: 'CPU_NOT_NOW' })
})
