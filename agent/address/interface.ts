/** Finds the interface that carries the machine's identity, and looks at it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { FailedError, UnavailableError } from '../../proto/errors.ts'
import { readIfPresent } from '../file/durable.ts'
import type { InterfaceState } from './changes.ts'
import { parseInterface } from './parse-interface.ts'

// ARPHRD_ETHER of linux/if_arp.h
const ethernet = '1'
const lookMilliseconds = 20_000

/**
 * @param requested empty for the first Ethernet interface: one with hardware behind it before one without
 * @param root the folder that /sys is below
 * @throws UnavailableError `NO_INTERFACE`
 */
export function findInterface(requested: string, root = '/'): string {
  const classFolder = join(root, 'sys/class/net')
  const interfaces = readdirSync(classFolder)
    .map((name) => ({
      name,
      isEthernet: readIfPresent(join(classFolder, name, 'type'))?.trim() === ethernet,
      hasHardware: readdirSync(join(classFolder, name)).includes('device'),
      index: Number(readIfPresent(join(classFolder, name, 'ifindex'))),
    }))
    .filter(({ name, isEthernet }) => (requested === '' ? isEthernet : name === requested))
    .sort((one, other) => Number(other.hasHardware) - Number(one.hasHardware) || one.index - other.index)
  const [first] = interfaces
  if (first !== undefined) return first.name
  throw new UnavailableError({
    code: 'NO_INTERFACE',
    message:
      requested === '' ? 'the guest has no Ethernet interface' : `the guest has no interface ${requested}`,
    remedy: 'Give the machine a network device whose driver the guest has, or name another interface.',
  })
}

/**
 * What the kernel says of it now. Node itself leaves out interfaces whose link is down.
 *
 * @throws FailedError `INTERFACE_UNREADABLE` with what ip said
 */
export async function lookAtInterface(name: string): Promise<InterfaceState> {
  const result = await execa('ip', ['-json', 'address', 'show', 'dev', name], {
    timeout: lookMilliseconds,
    maxBuffer: 1_000_000,
    stdin: 'ignore',
    reject: false,
  })
  if (result.exitCode === 0) return parseInterface(name, result.stdout)
  throw new FailedError({
    code: 'INTERFACE_UNREADABLE',
    message: `ip did not tell the addresses of ${name}: ${result.stderr || result.shortMessage}`,
    remedy: 'Check that iproute2 is installed in the guest, then try again.',
    cause: result,
  })
}
