/** systemd's units, through systemctl. */
import { existsSync } from 'node:fs'
import { ExecaError, execa } from 'execa'
import { FailedError } from '../../proto/errors.ts'
import { gather } from './gather.ts'
import {
  parseUnitProperties,
  parseUserServices,
  type UnitProperties,
  unitProperties,
} from './unit-properties.ts'

export interface Units {
  /** False in a guest that systemd does not run: then the other calls must not be made. */
  isAvailable(): boolean
  /** One for each unit, in the same order; systemd knows one that does not exist as inactive. */
  show(units: readonly string[]): Promise<UnitProperties[]>
  /** True while the boot is not done: drivers and mounts may still be to come. */
  isBooting(): Promise<boolean>
  /** The services that systemd has in mind, running or not, which run as another user than root, and as which. */
  listUserServices(): Promise<{ unit: string; user: string }[]>
  /** Answers when systemd has done it. */
  start(unit: string): Promise<void>
  /** Answers when systemd has taken note of it. */
  stopSoon(units: readonly string[]): Promise<void>
  /** Reloads or starts anew; starts what does not run. Answers when systemd has taken note of it. */
  reloadSoon(units: readonly string[]): Promise<void>
  /** Answers when systemd has taken note of it. */
  restartSoon(units: readonly string[]): Promise<void>
  /** Lets systemd forget that they failed. */
  forgetFailures(units: readonly string[]): Promise<void>
  /** Ends the system in an orderly way. Answers when systemd has taken note of it. */
  powerOff(): Promise<void>
}

// systemd gives a unit 90 s to start unless told otherwise (DefaultTimeoutStartSec=).
const startMilliseconds = 100_000
// Mostly milliseconds; but systemd answers nobody while it reads all its files again.
const answerMilliseconds = 30_000
const longestOutput = 1_000_000

async function systemctl(options: string[], units: readonly string[], timeout: number): Promise<string> {
  try {
    const { stdout } = await execa('systemctl', [...options, '--', ...units], {
      timeout,
      maxBuffer: longestOutput,
      stdin: 'ignore',
      env: { SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '', LC_ALL: 'C' },
    })
    return stdout
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error
    throw new FailedError({
      code: 'SYSTEMD_FAILED',
      message: `systemctl ${options[0]} ${units.join(' ')}: ${error.stderr || error.shortMessage}`,
      remedy: `See systemctl status ${units.join(' ')} in the guest.`,
      cause: error,
    })
  }
}

/** Every call throws a `FailedError` (`SYSTEMD_FAILED`) with what systemctl said. */
export function createUnits(): Units {
  const show = gather(async (units) => {
    const options = ['show', `--property=${unitProperties.join(',')}`]
    return parseUnitProperties(await systemctl(options, units, answerMilliseconds))
  })
  // Answers with failures: whoever is asked again might start what has failed a second time.
  const start = gather(async (units) => {
    try {
      await systemctl(['start'], units, startMilliseconds)
      return units.map(() => undefined)
    } catch (error) {
      if (units.length === 1) return [error]
      return (await show(units)).map(({ activeState }) => (activeState === 'active' ? undefined : error))
    }
  })
  const stopSoon = gather(async (units) => {
    await systemctl(['stop', '--no-block'], units, answerMilliseconds)
    return units.map(() => undefined)
  })

  return {
    // sd_booted(3)
    isAvailable: () => existsSync('/run/systemd/system'),

    show,

    async isBooting() {
      const state = await systemctl(['show', '--property=SystemState'], [], answerMilliseconds)
      return /^SystemState=(initializing|starting)$/m.test(state)
    },

    async listUserServices() {
      // Without `--all` a pattern means only those that are active.
      const options = ['show', '--all', '--property=Id,User']
      return parseUserServices(await systemctl(options, ['*.service'], answerMilliseconds))
    },

    async start(unit) {
      const [failure] = await start([unit])
      if (failure !== undefined) throw failure
    },

    async stopSoon(units) {
      await stopSoon(units)
    },

    async reloadSoon(units) {
      await systemctl(['reload-or-restart', '--no-block'], units, answerMilliseconds)
    },

    async restartSoon(units) {
      await systemctl(['restart', '--no-block'], units, answerMilliseconds)
    },

    async forgetFailures(units) {
      if (units.length > 0) await systemctl(['reset-failed'], units, answerMilliseconds)
    },

    async powerOff() {
      await systemctl(['poweroff', '--no-block'], [], answerMilliseconds)
    },
  }
}
