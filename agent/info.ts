/** Who this agent is, asked anew each time: a split gives the machine another name and id. */
import { hostname, release, uptime } from 'node:os'
import type { GetInfoResponse } from '../proto/generated/messages.ts'
import {
  disksFeature,
  hooksFeature,
  mergeFeature,
  protocolVersion,
  releaseVersion,
  resourcesFeature,
} from '../proto/version.ts'
import { readIfPresent } from './file/durable.ts'

export function readInfo(state: { operationId: string; hasIdentity: boolean }): GetInfoResponse {
  return {
    protocolVersion,
    agentVersion: releaseVersion,
    hostname: hostname(),
    // There is none in a template that never booted.
    machineId: readIfPresent('/etc/machine-id')?.trim() ?? '',
    bootId: readIfPresent('/proc/sys/kernel/random/boot_id')?.trim() ?? '',
    kernel: release(),
    uptimeSeconds: uptime(),
    features: ['split-by-user', hooksFeature, disksFeature, mergeFeature, resourcesFeature],
    ...state,
  }
}
