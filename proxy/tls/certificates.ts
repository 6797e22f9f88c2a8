/** The certificate of a route, read again when its files change. */
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext, type SecureContext } from 'node:tls'
import { UnavailableError } from '../../proto/errors.ts'
import type { TlsFiles } from '../../proto/generated/route-messages.ts'
import type { Log } from '../observing/log.ts'

export interface Certificate {
  /** Of now. */
  readonly context: SecureContext
  close(): void
}

const everyMs = 1_000

/** @throws UnavailableError `NO_CERTIFICATE` when it can't be read, or the key is another one's */
export async function openCertificate(files: TlsFiles, log: Log): Promise<Certificate> {
  let seen = await look(files)
  let context = await read(files)
  let closed = false

  const again = async (): Promise<void> => {
    const now = await look(files)
    if (now === seen) return
    // In the middle of a change the two may not fit: the next look finds them whole.
    context = await read(files)
    seen = now
    log('info', 'a certificate was read again', { certificate: files.certificate })
  }
  const watch = (): void => {
    timer = setTimeout(() => {
      again()
        .catch((error) => log('error', 'the old certificate stays', { error }))
        .finally(() => {
          if (!closed) watch()
        })
    }, everyMs).unref()
  }
  let timer: NodeJS.Timeout | undefined
  watch()
  return {
    get context() {
      return context
    },
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** What is different after a change. */
async function look({ certificate, key }: TlsFiles): Promise<string> {
  const signs = [certificate, key].map(async (file) => {
    const found = await stat(file, { bigint: true }).catch(() => undefined)
    return `${found?.ino} ${found?.size} ${found?.mtimeNs}`
  })
  return (await Promise.all(signs)).join(' ')
}

async function read({ certificate, key }: TlsFiles): Promise<SecureContext> {
  try {
    const [cert, secret] = await Promise.all([readFile(certificate), readFile(key)])
    return createSecureContext({ cert, key: secret, minVersion: 'TLSv1.2' })
  } catch (cause) {
    throw new UnavailableError({
      code: 'NO_CERTIFICATE',
      message: `certificate ${certificate} and key ${key} can't be used: ${(cause as Error).message}`,
      remedy: 'Check that both are PEM files that belong together, and that the proxy may read them.',
      cause,
    })
  }
}
