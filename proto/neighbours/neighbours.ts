/** Who has an address on a link, and telling everybody there who has it now. Host and guest ask alike. */
import { ExecaError, execa } from 'execa'
import { FailedError } from '../errors.ts'
import { addressBytes } from './address-bytes.ts'
import { neighboursProgram } from './program.ts'

/** Somebody else who has an address. */
export interface Owner {
  /** As it was asked for. */
  address: string
  macAddress: string
}

/** Beyond the time that it asks and listens. */
const boundMilliseconds = 10_000
const mostBytes = 100_000

/**
 * Says that addresses are here now: ARP announcements (RFC 5227, 3), and unsolicited neighbour advertisements (RFC 4861, 7.2.6)
 * that override what others know. Each three times, as a switch may still learn.
 *
 * @param link the name of the interface
 * @param addresses with or without prefix length
 * @throws FailedError `NOT_ANNOUNCED`
 */
export async function announceAddresses(link: string, addresses: readonly string[]): Promise<void> {
  try {
    await say('announce', link, addresses)
  } catch (error) {
    throw new FailedError({
      code: 'NOT_ANNOUNCED',
      message: `${link} could not announce ${addresses.join(', ')}: ${reasonOf(error)}`,
      remedy: 'Neighbours find the address by themselves when what they know of it is too old.',
      cause: error,
    })
  }
}

/**
 * Asks three times within 0.4 s who has addresses. On a link whose neighbours answer that late, nobody is found.
 *
 * @param link the name of the interface
 * @param addresses with or without prefix length
 * @returns everybody but this link's own interface; several for an address that several have
 * @throws FailedError `NOT_PROBED`
 */
export async function findOwners(link: string, addresses: readonly string[]): Promise<Owner[]> {
  try {
    const hexOf = (address: string) => addressBytes(plain(address)).toString('hex')
    const known = new Map(addresses.map((address) => [hexOf(address), address]))
    const output = await say('probe', link, addresses)
    return output.split('\n').flatMap((line) => {
      const [hex = '', macAddress = ''] = line.split(' ')
      const address = known.get(hex)
      return address === undefined ? [] : [{ address, macAddress }]
    })
  } catch (error) {
    throw new FailedError({
      code: 'NOT_PROBED',
      message: `it could not be asked on ${link} who has ${addresses.join(', ')}: ${reasonOf(error)}`,
      remedy: 'See that the interface is up, and that perl is installed.',
      cause: error,
    })
  }
}

async function say(what: 'announce' | 'probe', link: string, addresses: readonly string[]): Promise<string> {
  if (addresses.length === 0) return ''
  const hosts = addresses.map((address) => addressBytes(plain(address)).toString('hex'))
  const { stdout } = await execa('perl', ['-e', neighboursProgram, what, link, ...hosts], {
    timeout: boundMilliseconds,
    stdin: 'ignore',
    maxBuffer: mostBytes,
  })
  return stdout
}

const plain = (address: string) => address.split('/')[0] ?? ''

function reasonOf(error: unknown): string {
  if (error instanceof ExecaError) return String(error.stderr || error.shortMessage)
  return error instanceof Error ? error.message : String(error)
}
