/** The routing contract as gRPC reads it. Its options are those of ../definition.ts, as its types come from the same generator. */
import { type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js'
import { definitionOptions } from '../definition.ts'
import routesJson from '../generated/routes.json' with { type: 'json' }
import type { ProtoGrpcType } from '../generated/routes.ts'
import { type Definition, serviceDefinitions } from '../service-definitions.ts'

const loaded = loadPackageDefinition(
  serviceDefinitions(routesJson as Definition, definitionOptions),
) as GrpcObject as unknown as ProtoGrpcType

/** The service definition and client constructor of the routing service. */
export const routeServices = loaded.cleave.routes.v1
