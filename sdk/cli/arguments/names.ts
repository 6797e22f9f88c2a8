/** Names of files and other things, as people type them. */
import { accessSync, constants, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { InvalidRequestError } from '../../../proto/errors.ts'

/** The absolute path of a folder. Throws an `InvalidRequestError` (`BAD_FOLDER`) when there is nothing to resolve. */
export function parseFolder(text: string): string {
  if (text !== '' && !text.includes('\0')) return resolve(text)
  throw new InvalidRequestError({
    code: 'BAD_FOLDER',
    message: `${JSON.stringify(text.slice(0, 100))} is no folder`,
    remedy: 'Give the path of a folder.',
  })
}

/** The absolute path of a file that can be read. Throws an `InvalidRequestError` (`BAD_FILE`) for any other. */
export function parseFile(text: string): string {
  try {
    accessSync(text, constants.R_OK)
    if (statSync(text).isFile()) return resolve(text)
  } catch (error) {
    throw noFile(text, error)
  }
  throw noFile(text)
}

/** The kernel's bound (IFNAMSIZ), with the characters that need no quoting anywhere. Throws `BAD_BRIDGE`. Pure. */
export function parseBridge(text: string): string {
  if (/^[a-zA-Z][a-zA-Z0-9._-]{0,14}$/.test(text)) return text
  throw new InvalidRequestError({
    code: 'BAD_BRIDGE',
    message: `${JSON.stringify(text.slice(0, 100))} is not usable as the name of a bridge`,
    remedy: 'Use 1 to 15 letters, digits, dots, underscores and hyphens, beginning with a letter.',
  })
}

/** IPv4 with prefix length. Throws `BAD_ADDRESS`. Pure. */
export function parseAddress(text: string): string {
  if (z.cidrv4().safeParse(text).success) return text
  throw badAddress(text, 'Give an IPv4 address with its prefix length: 10.77.0.40/24.')
}

/** IPv4. Throws `BAD_ADDRESS`. Pure. */
export function parseGateway(text: string): string {
  if (z.ipv4().safeParse(text).success) return text
  throw badAddress(text, 'Give an IPv4 address: 10.77.0.1.')
}

function badAddress(text: string, remedy: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'BAD_ADDRESS',
    message: `${JSON.stringify(text.slice(0, 100))} is no usable address`,
    remedy,
  })
}

/** A name as in section 5.6.1 of Debian's policy. Throws `BAD_PACKAGE`. Pure. */
export function parsePackage(text: string): string {
  if (/^[a-z0-9][a-z0-9+.-]{1,100}$/.test(text)) return text
  throw new InvalidRequestError({
    code: 'BAD_PACKAGE',
    message: `${JSON.stringify(text.slice(0, 100))} is not usable as the name of a Debian package`,
    remedy: 'Give one name, such as postgresql; repeat the option for more.',
  })
}

function noFile(text: string, cause?: unknown): InvalidRequestError {
  return new InvalidRequestError({
    code: 'BAD_FILE',
    message: `${JSON.stringify(text.slice(0, 100))} is no file that can be read`,
    remedy: 'Give the path of a file that exists.',
    cause,
  })
}
