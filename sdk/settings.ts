/** Where Cleave keeps things on its host, and which network its machines are on. */
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface Settings {
  /**
   * The folder of the store, the machines' disks and their sockets.
   *
   * @default `$CLEAVE_HOME`, else /var/lib/cleave for root, else `cleave` in `$XDG_DATA_HOME` or ~/.local/share
   */
  home: string
  /** The bridge that machines are on; made when it is missing. @default `$CLEAVE_BRIDGE`, else cleave0 */
  bridge: string
  /**
   * The bridge's own address with prefix length: machines get addresses of that subnet and have it as gateway.
   *
   * @default `$CLEAVE_BRIDGE_ADDRESS`, else 10.77.0.1/24
   */
  bridgeAddress: string
}

/** Fills in what is not given. */
export function completeSettings(
  given: Partial<Settings>,
  environment: NodeJS.ProcessEnv = process.env,
): Settings {
  return {
    // An empty variable is one that is not set.
    home: given.home ?? (environment['CLEAVE_HOME'] || defaultHome(environment)),
    bridge: given.bridge ?? (environment['CLEAVE_BRIDGE'] || 'cleave0'),
    bridgeAddress: given.bridgeAddress ?? (environment['CLEAVE_BRIDGE_ADDRESS'] || '10.77.0.1/24'),
  }
}

function defaultHome(environment: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/var/lib/cleave'
  return join(environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'cleave')
}
