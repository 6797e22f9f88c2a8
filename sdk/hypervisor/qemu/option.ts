/** QEMU's `TYPE,name=value,…` options. Pure. */

export type OptionFields = Record<string, string | number | boolean>

/**
 * Writes one option; booleans become `on` and `off`. A comma in a value is doubled, as QEMU wants it: a path can
 * hold one.
 *
 * @param type the part before the first comma; empty for an option that has only fields
 */
export function option(type: string, fields: OptionFields): string {
  const words = Object.entries(fields).map(([name, value]) => `${name}=${format(value)}`)
  return (type === '' ? words : [type, ...words]).join(',')
}

function format(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return String(value).replaceAll(',', ',,')
}
