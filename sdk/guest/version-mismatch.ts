import { RefusedError } from '../../proto/errors.ts'

/** Agent and host speak different protocols: `AGENT_VERSION`, with which of them to upgrade. */
export function versionMismatch(options: { peer: string; agent: number; host: number }): RefusedError {
  const { peer, agent, host } = options
  return new RefusedError({
    code: 'AGENT_VERSION',
    message: `${peer} speaks version ${agent} of the protocol, this host version ${host}`,
    remedy: agent < host ? 'Upgrade the package cleave-agent in the guest.' : 'Upgrade Cleave on this host.',
  })
}
