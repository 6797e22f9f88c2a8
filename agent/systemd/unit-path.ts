/**
 * The D-Bus object of a unit, as sd_bus_path_encode(3) makes it of the name. systemd loads the unit when it is asked there. Pure.
 *
 * @param unit also an alias
 */
export function unitPath(unit: string): string {
  const bytes = [...Buffer.from(unit)].map((byte, index) => {
    const letter = String.fromCharCode(byte)
    const stays = index === 0 ? /[A-Za-z]/.test(letter) : /[A-Za-z0-9]/.test(letter)
    return stays ? letter : `_${byte.toString(16).padStart(2, '0')}`
  })
  return `/org/freedesktop/systemd1/unit/${bytes.join('') || '_'}`
}
