/** Who this agent is, asked anew each time: a split gives the machine another name and id. */
import { readFile } from 'node:fs/promises'
import { hostname, release, uptime } from 'node:os'
import type { GetInfoResponse } from '../proto/generated/messages.ts'
import { hooksFeature, protocolVersion, releaseVersion, resourcesFeature } from '../proto/version.ts'

export async function readInfo(state: {
  operationId: string
  hasIdentity: boolean
}): Promise<GetInfoResponse> {
  const [machineId, bootId] = await Promise.all([
    readLine('/etc/machine-id'),
    readLine('/proc/sys/kernel/random/boot_id'),
  ])
  return {
    protocolVersion,
    agentVersion: releaseVersion,
    hostname: hostname(),
    machineId,
    bootId,
    kernel: release(),
    uptimeSeconds: uptime(),
    features: ['split-by-user', hooksFeature, resourcesFeature],
    ...state,
  }
}

/** Empty when the file is missing, as machine-id is in a template that never booted. */
async function readLine(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
