/** What `systemctl show` answers. Pure. */

export interface UnitProperties {
  id: string
  /** Such as `active`, `inactive`, `failed`. */
  activeState: string
  /** False when a Condition of its unit file kept it from starting the last time. */
  conditionMet: boolean
  /** `success`, or why it failed the last time. */
  result: string
  /** True for a unit that does its work and ends, as active as it gets. */
  oneshot: boolean
  /** True when it starts at every boot. */
  enabled: boolean
  /** Sockets, timers and paths that start it. */
  triggeredBy: string[]
  /** True when it was made at run time, and has no file that another boot would find. */
  transient: boolean
  /** True when systemd would run a command to stop it. */
  hasStopCommands: boolean
}

/** The properties to ask for. */
export const unitProperties: readonly string[] = [
  'Id',
  'ActiveState',
  'ConditionResult',
  'Result',
  'Type',
  'UnitFileState',
  'TriggeredBy',
  'Transient',
  'ExecStopPre',
  'ExecStop',
  'ExecStopPost',
]

/** Units in the order in which they were asked for: systemctl puts an empty line between them. */
export function parseUnitProperties(output: string): UnitProperties[] {
  return blocksOf(output).map((value) => ({
    id: value('Id'),
    activeState: value('ActiveState'),
    conditionMet: value('ConditionResult') !== 'no',
    result: value('Result'),
    oneshot: value('Type') === 'oneshot',
    enabled: value('UnitFileState') === 'enabled',
    triggeredBy: value('TriggeredBy').split(' ').filter(Boolean),
    transient: value('Transient') === 'yes',
    hasStopCommands: ['ExecStopPre', 'ExecStop', 'ExecStopPost'].some((name) => value(name) !== ''),
  }))
}

/** The services that say as which user they run, from their properties `Id` and `User`. */
export function parseUserServices(output: string): { unit: string; user: string }[] {
  return blocksOf(output)
    .map((value) => ({ unit: value('Id'), user: value('User') }))
    .filter(({ unit, user }) => unit !== '' && user !== '')
}

/** For each unit, what tells its properties. */
function blocksOf(output: string): ((name: string) => string)[] {
  return output
    .split(/\n\s*\n/)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const lines = block.split('\n').map((line) => {
        const equals = line.indexOf('=')
        return [line.slice(0, equals), line.slice(equals + 1)] as const
      })
      const properties = new Map(lines)
      return (name) => properties.get(name) ?? ''
    })
}
