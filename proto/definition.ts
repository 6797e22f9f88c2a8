/** The wire contract as gRPC reads it: services, messages and how their values appear in TypeScript. */
import { type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js'
import { fromJSON, type Options, type PackageDefinition } from '@grpc/proto-loader'
import agentJson from './generated/agent.json' with { type: 'json' }
import type { ProtoGrpcType } from './generated/agent.ts'

export type Definition = Parameters<typeof fromJSON>[0]

// The same as the flags in generate.ts, or the types would lie.
export const definitionOptions: Options = { longs: Number, enums: String, defaults: true, oneofs: true }

/** For gRPC reflection. */
export const packageDefinition: PackageDefinition = fromJSON(agentJson as Definition, definitionOptions)

const loaded = loadPackageDefinition(packageDefinition) as GrpcObject as unknown as ProtoGrpcType

/** Service definitions and client constructors of the agent. */
export const agentServices = loaded.cleave.agent.v1
