/** Targets of iSCSI, by open-iscsi. What it needs to know of them beyond names is the admin's, in /etc/iscsi. */
import { existsSync } from 'node:fs'
import { createConnection } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { FailedError, UnansweredError, UnavailableError } from '../../proto/errors.ts'
import type { IscsiTarget } from '../../proto/generated/messages.ts'
import { createUnits } from '../systemd/units.ts'
import { lastWords } from './file-system-check.ts'
import { type ProgramResult, runProgram } from './run-program.ts'

const driver = '/sys/class/iscsi_transport/tcp'
const connectMs = 3000
const betweenTriesMs = 500
const iscsiadmMs = 30_000

/** What iscsiadm exits with, see iscsiadm(8). */
const sessionExists = 15
const notKnown = 21
const notAuthorized = 24

/**
 * Logs in where there is no session yet. A target that open-iscsi does not know is discovered first.
 *
 * @param waitMs for the portal to answer
 * @returns true when this call began the session
 * @throws UnansweredError `SAN_UNREACHABLE`
 * @throws UnavailableError `SAN_REFUSED`, `NO_PROGRAM`, `NO_DRIVER`
 */
export async function logIn(target: IscsiTarget, waitMs: number): Promise<boolean> {
  const { portal } = target
  // iscsid tries for minutes, and goes on when nobody waits any more.
  await reach(target, waitMs)
  await loadDriver()
  const first = await node(target, '--login')
  if (first.exitCode !== notKnown) return judge(target, first)
  const found = await iscsiadm(['--mode', 'discovery', '--type', 'sendtargets', '--portal', portal])
  if (found.exitCode !== 0) throw refused(target, found)
  return judge(target, await node(target, '--login'))
}

/** @throws FailedError `SAN_NOT_LEFT` */
export async function logOut(target: IscsiTarget): Promise<void> {
  const result = await node(target, '--logout')
  if (result.exitCode === 0 || result.exitCode === notKnown) return
  throw new FailedError({
    code: 'SAN_NOT_LEFT',
    message: `the guest could not log out of ${target.name} at ${target.portal}: ${lastWords(result.output)}`,
    remedy: 'See iscsiadm --mode session --print 3 in the guest, then repeat the call.',
  })
}

function judge(target: IscsiTarget, result: ProgramResult): boolean {
  if (result.exitCode === 0) return true
  if (result.exitCode === sessionExists) return false
  throw refused(target, result)
}

function node({ name, portal }: IscsiTarget, action: string): Promise<ProgramResult> {
  return iscsiadm(['--mode', 'node', '--targetname', name, '--portal', portal, action])
}

function iscsiadm(words: readonly string[]): Promise<ProgramResult> {
  return runProgram('iscsiadm', words, { timeoutMs: iscsiadmMs, from: 'open-iscsi' })
}

function refused({ name, portal }: IscsiTarget, { exitCode, output }: ProgramResult): UnavailableError {
  const why = exitCode === notAuthorized ? 'it does not know this guest' : lastWords(output)
  return new UnavailableError({
    code: 'SAN_REFUSED',
    message: `the guest could not log in to ${name} at ${portal}: ${why}`,
    remedy:
      'Let the target know the initiator in /etc/iscsi/initiatorname.iscsi, and see CHAP in /etc/iscsi/iscsid.conf.',
  })
}

/** By systemd, for the agent has no right to load modules, and nor has what it starts. */
async function loadDriver(): Promise<void> {
  const units = createUnits()
  if (!existsSync(driver) && units.isAvailable()) await units.start('modprobe@iscsi_tcp.service')
  if (existsSync(driver)) return
  throw new UnavailableError({
    code: 'NO_DRIVER',
    message: 'the kernel of this guest has no driver for iSCSI over TCP',
    remedy: 'Install the kernel module iscsi_tcp in the guest.',
  })
}

async function reach({ name, portal }: IscsiTarget, waitMs: number): Promise<void> {
  const begin = performance.now()
  for (;;) {
    const reason = await tryToConnect(portal)
    if (reason === undefined) return
    if (performance.now() - begin >= waitMs) {
      throw new UnansweredError({
        code: 'SAN_UNREACHABLE',
        message: `nobody answers at ${portal}, where ${name} should be: ${reason}`,
        remedy: 'See the network of the guest and whether the target is up, then try again.',
      })
    }
    await delay(betweenTriesMs)
  }
}

/** Answers why it can't. */
async function tryToConnect(portal: string): Promise<string | undefined> {
  const colon = portal.lastIndexOf(':')
  const host = portal.slice(0, colon).replace(/^\[|\]$/g, '')
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const socket = createConnection({ host, port: Number(portal.slice(colon + 1)) })
  socket.once('connect', () => resolve(undefined)).once('error', ({ message }) => resolve(message))
  socket.setTimeout(connectMs, () => resolve(`no answer within ${connectMs} ms`))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}
