import type { Rights } from '../../hypervisor/qemu/rights.ts'
import type { Check } from './check.ts'

/** May the processes of a pause go before all others? Pure. */
export function judgePrecedence({ givesPrecedence }: Pick<Rights, 'givesPrecedence'>): Check {
  const name = 'precedence'
  if (givesPrecedence) return { name, state: 'ok', detail: 'a pause goes before other work', remedy: '' }
  return {
    name,
    state: 'warning',
    detail:
      'no right to real-time precedence: with more children than processors a pause can take twice as long',
    remedy:
      'Allow it, then log in anew: echo "$(id -un) - rtprio 1" | sudo tee /etc/security/limits.d/cleave.conf',
  }
}
