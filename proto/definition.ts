/** The wire contract as gRPC reads it: services, messages and how their values appear in TypeScript. */
import { type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js'
import agentJson from './generated/agent.json' with { type: 'json' }
import type { ProtoGrpcType } from './generated/agent.ts'
import { type Definition, serviceDefinitions } from './service-definitions.ts'

// The same as the flags in generate.ts, or the types would lie.
export const definitionOptions = { longs: Number, enums: String, defaults: true, oneofs: true }

export const agentDefinition: Definition = agentJson as Definition

const loaded = loadPackageDefinition(
  serviceDefinitions(agentDefinition, definitionOptions),
) as GrpcObject as unknown as ProtoGrpcType

/** Service definitions and client constructors of the agent. */
export const agentServices = loaded.cleave.agent.v1
