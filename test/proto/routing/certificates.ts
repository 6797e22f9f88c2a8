import { join } from 'node:path'
import { execa } from 'execa'

/** PEM files of a new authority and of certificates that it gave, by the names asked for. */
export async function makeCertificates<Name extends string>(
  folder: string,
  names: readonly Name[],
): Promise<Record<Name, { certificate: string; key: string; authority: string }>> {
  const openssl = (...words: string[]) => execa('openssl', words, { cwd: folder, timeout: 20_000 })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const authority = join(folder, 'authority.pem')
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'authority.key',
    '-out',
    authority,
    '-subj',
    '/CN=authority',
  )
  const made = names.map(async (name) => {
    const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
    const signed = ['-CA', authority, '-CAkey', 'authority.key', '-subj', `/CN=${name}`]
    const names = ['-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`]
    await openssl('req', '-x509', ...newKey, ...signed, ...names, '-keyout', key, '-out', certificate)
    return [name, { certificate, key, authority }] as const
  })
  return Object.fromEntries(await Promise.all(made)) as never
}
