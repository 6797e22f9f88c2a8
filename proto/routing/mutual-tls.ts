/** TLS 1.3 where both sides show a certificate of the same authority. */
import { readFile } from 'node:fs/promises'
import type { SecureContextOptions } from 'node:tls'
import * as z from 'zod'
import { UnavailableError } from '../errors.ts'

const file = z.string().max(4096).startsWith('/', 'expected an absolute path')

export const mutualTlsSchema = z.strictObject({
  /** Own certificate, with those between it and the authority. */
  certificate: file,
  key: file,
  /** The other side's certificate has to be from it. */
  authority: file,
})

/** Paths of PEM files. */
export type MutualTlsFiles = z.output<typeof mutualTlsSchema>

/** @throws UnavailableError `NO_CERTIFICATE` for a file that can't be read */
export async function readMutualTls(files: MutualTlsFiles): Promise<SecureContextOptions> {
  try {
    const [cert, key, ca] = await Promise.all([
      readFile(files.certificate),
      readFile(files.key),
      readFile(files.authority),
    ])
    return { cert, key, ca, minVersion: 'TLSv1.3' }
  } catch (cause) {
    throw new UnavailableError({
      code: 'NO_CERTIFICATE',
      message: `a certificate, key or authority can't be read: ${(cause as Error).message}`,
      remedy: 'Check the paths, and that this user may read them.',
      cause,
    })
  }
}
