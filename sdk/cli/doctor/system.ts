import type { Check } from './check.ts'

/** @param version of Node, such as `24.11.0`. Pure. */
export function judgeNode(version: string): Check {
  const isNew = Number.parseInt(version, 10) >= 24
  return {
    name: 'node',
    state: isNew ? 'ok' : 'missing',
    detail: version,
    remedy: isNew ? '' : 'Install Node 24 or later.',
  }
}

/** @param host as process.platform and process.arch name it. Pure. */
export function judgeSystem(host: { platform: string; architecture: string }): Check {
  const isKnown = host.platform === 'linux' && host.architecture === 'x64'
  return {
    name: 'system',
    state: isKnown ? 'ok' : 'missing',
    detail: `${host.platform}, ${host.architecture}`,
    remedy: isKnown ? '' : 'Use Linux on x86-64.',
  }
}
