/** What systemd says about a unit. Pure. */

export interface UnitProperties {
  id: string
  /** Such as `active`, `inactive`, `failed`. */
  activeState: string
  /** False when a Condition of its unit file kept it from starting the last time. */
  conditionMet: boolean
  /** `success`, or why it failed the last time; empty for a kind of unit that has none. */
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

export type UnitField = keyof UnitProperties

/** A D-Bus interface of systemd and the property of it to ask for. */
export interface PropertyName {
  interface: string
  property: string
}

/** By field: the property that tells it. */
const ofEveryUnit: Partial<Record<UnitField, string>> = {
  id: 'Id',
  activeState: 'ActiveState',
  conditionMet: 'ConditionResult',
  enabled: 'UnitFileState',
  triggeredBy: 'TriggeredBy',
  transient: 'Transient',
}

const result = ['Result']
// systemd answers with an error when it is asked for what a kind of unit has not (org.freedesktop.systemd1(5)).
const ofKind: Record<string, Partial<Record<UnitField, readonly string[]>>> = {
  service: { result, oneshot: ['Type'], hasStopCommands: ['ExecStop', 'ExecStopPost'] },
  socket: { result, hasStopCommands: ['ExecStopPre', 'ExecStopPost'] },
  automount: { result },
  mount: { result },
  path: { result },
  scope: { result },
  swap: { result },
  timer: { result },
}

/** What to ask for about a unit, to know these fields of it. */
export function propertiesOf(unit: string, fields: readonly UnitField[]): PropertyName[] {
  const kind = unit.slice(unit.lastIndexOf('.') + 1)
  const own = Object.hasOwn(ofKind, kind) ? ofKind[kind] : undefined
  return fields.flatMap((field) => {
    const property = ofEveryUnit[field]
    if (property !== undefined) return [{ interface: 'org.freedesktop.systemd1.Unit', property }]
    return (own?.[field] ?? []).map((name) => ({ interface: interfaceOf(kind), property: name }))
  })
}

function interfaceOf(kind: string): string {
  return `org.freedesktop.systemd1.${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
}

/** Of the properties' values by name. What is not there, or of another type, counts as empty. */
export function readUnitProperties(values: ReadonlyMap<string, unknown>): UnitProperties {
  const text = (name: string) => {
    const value = values.get(name)
    return typeof value === 'string' ? value : ''
  }
  const list = (name: string): unknown[] => {
    const value = values.get(name)
    return Array.isArray(value) ? value : []
  }
  return {
    id: text('Id'),
    activeState: text('ActiveState'),
    conditionMet: values.get('ConditionResult') !== false,
    result: text('Result'),
    oneshot: text('Type') === 'oneshot',
    enabled: text('UnitFileState') === 'enabled',
    triggeredBy: list('TriggeredBy').filter((name) => typeof name === 'string'),
    transient: values.get('Transient') === true,
    hasStopCommands: ['ExecStopPre', 'ExecStop', 'ExecStopPost'].some((name) => list(name).length > 0),
  }
}
