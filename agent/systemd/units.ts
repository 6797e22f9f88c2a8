/** systemd's units. */
import { existsSync } from 'node:fs'
import { type Bus, createUseBus, isNoSuchUnit, managerInterface, managerPath } from './bus.ts'
import { readProperty } from './read-property.ts'
import { type StartUnitOptions, startUnit } from './start-unit.ts'
import { unitPath } from './unit-path.ts'
import { propertiesOf, readUnitProperties, type UnitField, type UnitProperties } from './unit-properties.ts'

export interface Units {
  /** False in a guest that systemd does not run: then the other calls must not be made. */
  isAvailable(): boolean
  /**
   * One for each unit, in the same order; systemd knows one that does not exist as inactive.
   *
   * @param fields no more than are needed: each is a question to systemd, and for some it reads files
   */
  show<Field extends UnitField>(
    units: readonly string[],
    fields: readonly Field[],
  ): Promise<Pick<UnitProperties, Field>[]>
  /** True while the boot is not done: drivers and mounts may still be to come. */
  isBooting(): Promise<boolean>
  /** The services that systemd has in mind, running or not, which run as another user than root, and as which. */
  listUserServices(): Promise<{ unit: string; user: string }[]>
  /** Answers when systemd has done it. */
  start(unit: string, options?: StartUnitOptions): Promise<void>
  /** Answers when systemd has taken note of it. A unit that is not there needs no stop. */
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

const systemState = { path: managerPath, interface: managerInterface, property: 'SystemState' }

/**
 * Every call throws a `FailedError` (`SYSTEMD_FAILED`) with what systemd said.
 *
 * @param socket systemd's own, by default
 */
export function createUnits(socket?: string): Units {
  const use = createUseBus(socket)
  /** In the order of their names: systemd begins each before it reads the next. */
  const queueJobs = async (
    member: string,
    units: readonly string[],
    onFailure = (error: unknown): void => {
      throw error
    },
  ) => {
    if (units.length === 0) return
    await use((bus) =>
      Promise.all(units.map((unit) => bus.call({ member }, 'ss', unit, 'replace').catch(onFailure))),
    )
  }

  return {
    // sd_booted(3)
    isAvailable: () => existsSync('/run/systemd/system'),

    async show(units, fields) {
      if (units.length === 0) return []
      return await use((bus) => Promise.all(units.map((unit) => showOne(bus, unit, fields))))
    },

    async isBooting() {
      const state = await use((bus) => readProperty(bus, systemState))
      return state === 'initializing' || state === 'starting'
    },

    async listUserServices() {
      return await use(async (bus) => {
        const units = await bus.call({ member: 'ListUnitsByPatterns' }, 'asas', [], ['*.service'])
        const services = await Promise.all(rowsOf(units).map((row) => readUser(bus, row)))
        return services.filter(({ user }) => user !== '')
      })
    },

    async start(unit, options) {
      await use((bus) => startUnit(bus, unit, options))
    },

    stopSoon: (units) =>
      queueJobs('StopUnit', units, (error) => {
        if (!isNoSuchUnit(error)) throw error
      }),

    reloadSoon: (units) => queueJobs('ReloadOrRestartUnit', units),

    restartSoon: (units) => queueJobs('RestartUnit', units),

    async forgetFailures(units) {
      if (units.length === 0) return
      await use((bus) => Promise.all(units.map((unit) => bus.call({ member: 'ResetFailedUnit' }, 's', unit))))
    },

    async powerOff() {
      // As systemctl has it: no job that begins later takes this one back.
      await use((bus) => bus.call({ member: 'StartUnit' }, 'ss', 'poweroff.target', 'replace-irreversibly'))
    },
  }
}

async function showOne(bus: Bus, unit: string, fields: readonly UnitField[]): Promise<UnitProperties> {
  const path = unitPath(unit)
  const values = await Promise.all(
    propertiesOf(unit, fields).map(async (name) => {
      return [name.property, await readProperty(bus, { path, ...name })] as const
    }),
  )
  return readUnitProperties(new Map(values))
}

/** The name and the path of each unit that systemd lists (ListUnits of org.freedesktop.systemd1(5)). */
function rowsOf(units: unknown): { unit: string; path: string }[] {
  if (!Array.isArray(units)) return []
  return units.map((row: unknown[]) => ({ unit: String(row[0]), path: String(row[6]) }))
}

async function readUser(
  bus: Bus,
  { unit, path }: { unit: string; path: string },
): Promise<{ unit: string; user: string }> {
  const user = { path, interface: 'org.freedesktop.systemd1.Service', property: 'User' }
  return { unit, user: String(await readProperty(bus, user)) }
}
