import { FailedError } from '../../proto/errors.ts'
import type { Bus } from './bus.ts'
import { readProperty } from './read-property.ts'
import { unitPath } from './unit-path.ts'

// systemd gives a unit 90 s to start unless told otherwise (DefaultTimeoutStartSec=).
const startMilliseconds = 100_000

export interface StartUnitOptions {
  /** How long to wait for the end of a oneshot, which may work for hours. @default as long as for any other unit */
  oneshotMilliseconds?: number
}

/**
 * Starts a unit and waits for the end of it, not only until systemd has queued it.
 *
 * @throws FailedError `SYSTEMD_FAILED` with what systemd says
 */
export async function startUnit(
  bus: Bus,
  unit: string,
  { oneshotMilliseconds = startMilliseconds }: StartUnitOptions = {},
): Promise<void> {
  const results = new Map<string, string>()
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  let job: string | undefined
  const look = () => {
    const result = job === undefined ? undefined : results.get(job)
    if (result !== undefined) resolve(result)
  }
  // It may end before systemd has told which job it is.
  const stopListening = bus.listen('JobRemoved', (_number, path, _unit, result) => {
    results.set(String(path), String(result))
    look()
  })
  const { promise: timedOut, resolve: giveUp } = Promise.withResolvers<string>()
  const timers = [
    setTimeout(() => giveUp(`not done within ${startMilliseconds / 1000} s`), startMilliseconds),
    setTimeout(async () => {
      if (await isOneshot(bus, unit)) giveUp('done')
    }, oneshotMilliseconds),
  ]
  // The connection holds the process: when it is lost, nobody waits any more.
  for (const timer of timers) timer.unref()
  let result: string
  try {
    // systemd reads them in this order.
    const [, begun] = await Promise.all([
      bus.call({ member: 'Subscribe' }),
      bus.call({ member: 'StartUnit' }, 'ss', unit, 'replace'),
    ])
    job = String(begun)
    look()
    result = await Promise.race([ended, timedOut])
  } finally {
    for (const timer of timers) clearTimeout(timer)
    stopListening()
  }
  // `skipped`: a condition of its unit file is not met, which systemctl does not call a failure either.
  if (result === 'done' || result === 'skipped') return
  throw new FailedError({
    code: 'SYSTEMD_FAILED',
    message: `systemd start ${unit}: ${result}`,
    remedy: `See systemctl status ${unit} and journalctl -u ${unit} in the guest.`,
  })
}

/** False, too, when systemd does not say: then it is waited for. */
async function isOneshot(bus: Bus, unit: string): Promise<boolean> {
  if (!unit.endsWith('.service')) return false
  const property = { interface: 'org.freedesktop.systemd1.Service', property: 'Type' }
  return await readProperty(bus, { path: unitPath(unit), ...property }).then(
    (type) => type === 'oneshot',
    () => false,
  )
}
