/** What a key of TSIG may be. */
export const tsigAlgorithms = [
  'hmac-sha1',
  'hmac-sha224',
  'hmac-sha256',
  'hmac-sha384',
  'hmac-sha512',
] as const

/** MD5 is left out: RFC 8945 tells not to use it. */
export type TsigAlgorithm = (typeof tsigAlgorithms)[number]

export interface TsigKey {
  /** Canonical, such as `update.example.org.` */
  name: string
  algorithm: TsigAlgorithm
  secret: Buffer
}

/** Why a signature was refused, as its answer says it. */
export const tsigErrors = { BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const

/** What a hash function is called by node:crypto. */
export function hashOf(algorithm: TsigAlgorithm): string {
  return algorithm.slice('hmac-'.length)
}
