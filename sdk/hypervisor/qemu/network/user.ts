/**
 * User networking: QEMU itself ends the guest's connections and opens its own, with the rights of whoever started it.
 * The guest sees a network of which it is the only member.
 */
import { FailedError } from '../../../../proto/errors.ts'
import type { Forward, MachineRecord, UserNetwork } from '../../../store/records.ts'
import { option } from '../option.ts'
import type { QmpClient } from '../qmp/client.ts'
import { networkBackend } from './isolation.ts'

/** What every guest has there, as its network is its own. The gateway leads to the host's loopback, too. */
export const userAddress = '10.0.2.15'
export const userGateway = '10.0.2.2'

const network = { net: '10.0.2.0/24', host: userGateway, dhcpstart: userAddress, ipv6: false }

/**
 * The backend of a network card. A process that waits for the state of another can't listen on the ports that this one
 * listens on: it is `silent` until {@link listen}. Pure.
 */
export function userBackend({ forwards }: UserNetwork, now: 'forwarding' | 'silent'): string {
  const backend = option('user', { id: networkBackend, ...network })
  const rules =
    now === 'silent' ? [] : forwards.map((forward) => option('', { hostfwd: forwardRule(forward) }))
  return [backend, ...rules].join(',')
}

/** A forward as QEMU writes it; only this host itself can use it. Pure. */
export function forwardRule({ hostPort, guestAddress, guestPort }: Forward): string {
  return `tcp:${hostSide(hostPort)}-${guestAddress}:${guestPort}`
}

/**
 * Lets the forwards of a machine end in this process of it. May be repeated.
 *
 * @throws FailedError `PORT_TAKEN`
 */
export async function listen(machine: MachineRecord, monitor: QmpClient): Promise<void> {
  const forwards = machine.userNetwork?.forwards ?? []
  await listenNoMore(forwards, monitor)
  for (const forward of forwards) {
    const complaint = await ask(monitor, `hostfwd_add ${networkBackend} ${forwardRule(forward)}`)
    if (complaint !== '') throw portTaken(machine.name, forward, complaint)
  }
}

/** Gives the ports free that a process listens on. Connections that it has go on. May be repeated. */
export async function listenNoMore(forwards: readonly Forward[], monitor: QmpClient): Promise<void> {
  for (const { hostPort } of forwards) {
    // Its answer is for people, and the same thing whether or not it listened.
    await ask(monitor, `hostfwd_remove ${networkBackend} tcp:${hostSide(hostPort)}`)
  }
}

const hostSide = (port: number) => `127.0.0.1:${port}`

/** QMP itself has no command for forwards. */
async function ask(monitor: QmpClient, line: string): Promise<string> {
  return (await monitor.execute('human-monitor-command', { 'command-line': line })).trim()
}

function portTaken(machine: string, { hostPort }: Forward, complaint: string): FailedError {
  return new FailedError({
    code: 'PORT_TAKEN',
    message: `port ${hostPort} of this host can't lead to ${machine}: ${complaint.slice(0, 200)}`,
    remedy: `End what listens on it: ss --listening --tcp --processes 'sport = ${hostPort}'`,
  })
}
