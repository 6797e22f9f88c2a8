/** Processes that every machine keeps for itself. They join nothing, and no group has them. Pure. */
import type { ObservedProcess } from '../process/source.ts'

interface Row {
  /** Names of units, `*` for any number of characters. */
  units: readonly string[]
  /** What the command has to look like, when the unit may hold other processes too. */
  command?: RegExp
}

const rows: readonly Row[] = [
  { units: ['cleave-agent.service', 'qemu-guest-agent.service'] },
  { units: ['init.scope', 'dbus.service', 'dbus-broker.service', 'polkit.service'] },
  { units: ['systemd-journald*.service', 'rsyslog.service', 'syslog-ng.service', 'auditd.service'] },
  { units: ['systemd-udevd.service', 'systemd-logind.service', 'systemd-userdbd.service'] },
  { units: ['systemd-hostnamed.service', 'systemd-localed.service', 'systemd-timedated.service'] },
  { units: ['systemd-networkd.service', 'systemd-resolved.service', 'systemd-network-*.service'] },
  { units: ['networking.service', 'ifup@*.service', 'NetworkManager.service', 'wpa_supplicant*.service'] },
  { units: ['systemd-timesyncd.service', 'chrony.service', 'ntp*.service'] },
  // Names of users and hosts: every process that asks for one shares memory or a socket with these.
  { units: ['nscd.service', 'unscd.service', 'sssd*.service', 'rpcbind.service'] },
  { units: ['systemd-oomd.service', 'irqbalance.service', 'haveged.service', 'rng-tools*.service'] },
  {
    units: [
      'iscsid.service',
      'open-iscsi.service',
      'multipathd.service',
      'lvm2-*.service',
      'dm-event.service',
    ],
  },
  { units: ['rpc-statd*.service', 'rpc-gssd.service', 'nfs-idmapd.service', 'nfs-blkmap.service'] },
  // Without pam_systemd, a shell that was started from a console or by ssh stays in their units.
  { units: ['*getty@*.service', 'console-getty.service'], command: /^(\S*\/)?(a?getty|login)( |$)/ },
  { units: ['ssh.service', 'sshd.service'], command: /^(sshd: )?(\S*\/)?sshd( |$)/ },
]

// What ends the system, or takes the machine over from everything else in it.
const systemsOwn =
  /^(systemd-(?!nspawn@).*|initrd-.*|emergency|rescue|debug-shell|poweroff|reboot|halt|kexec)\.(service|socket|timer|path)$/

const init = 1

/**
 * Makes the test for infrastructure.
 *
 * @param options.units more units of that kind, `*` for any number of characters
 * @param options.ownPid the agent's, which may have been started by hand
 * @param options.userManagers whether each user's own systemd and its bus are infrastructure. @default true
 */
export function createInfrastructureTest(options: {
  units: readonly string[]
  ownPid: number
  userManagers?: boolean
}): (observed: ObservedProcess) => boolean {
  const { userManagers = true } = options
  const tests = compile(options.units)
  return ({ process, userUnit }) => {
    if (process.id?.pid === init || process.id?.pid === options.ownPid) return true
    if (process.unit === '') return false
    // A user's own bus is one as well, and so is the manager that runs it.
    return tests.some(
      ({ unit, command }) =>
        (unit.test(process.unit) || (userManagers && unit.test(userUnit))) &&
        (command === undefined || command.test(process.arguments.join(' '))),
    )
  }
}

/** True for a unit that is infrastructure as a whole, by the table here or by `more`. */
export function isInfrastructureUnit(unit: string, more: readonly string[]): boolean {
  return compile(more).some((test) => test.command === undefined && test.unit.test(unit))
}

/** True for a unit of the system that no workload runs in, whatever is declared. */
export function isNeverOfGroup(unit: string): boolean {
  return systemsOwn.test(unit)
}

function compile(more: readonly string[]): { unit: RegExp; command: RegExp | undefined }[] {
  const whole = rows.filter(({ command }) => command === undefined).flatMap(({ units }) => units)
  const partly = rows.filter(({ command }) => command !== undefined)
  return [{ units: [...whole, ...more], command: undefined }, ...partly].map(({ units, command }) => ({
    unit: matchAny(units),
    command,
  }))
}

/** @param globs at least one */
function matchAny(globs: readonly string[]): RegExp {
  const alternatives = globs.map((glob) => glob.replace(/[^\w*]/g, '\\$&').replaceAll('*', '.*'))
  return new RegExp(`^(?:${alternatives.join('|')})$`)
}
