/**
 * gRPC's services of a contract, without what only reflection asks for: the descriptors that proto-loader makes of each
 * message take an emulated processor most of a second at every start.
 */
import type { ServiceDefinition } from '@grpc/grpc-js'
import protobuf from 'protobufjs/light.js'

export type Definition = protobuf.INamespace

export type ServiceDefinitions = Record<string, ServiceDefinition>

/** By full name, such as `cleave.agent.v1.Groups`. Values appear and are taken as in proto-loader with the same options. */
export function serviceDefinitions(
  definition: Definition,
  options: protobuf.IConversionOptions,
): ServiceDefinitions {
  const root = protobuf.Root.fromJSON(definition).resolveAll()
  return Object.fromEntries(
    servicesIn(root).map((service) => {
      const name = service.fullName.slice(1)
      const methods = service.methodsArray.map((method) => [method.name, methodOf(name, method, options)])
      return [name, Object.fromEntries(methods)]
    }),
  )
}

function servicesIn(namespace: protobuf.NamespaceBase): protobuf.Service[] {
  return namespace.nestedArray.flatMap((member) => {
    if (member instanceof protobuf.Service) return [member]
    return member instanceof protobuf.Namespace ? servicesIn(member) : []
  })
}

function methodOf(service: string, method: protobuf.Method, options: protobuf.IConversionOptions) {
  const { resolvedRequestType: request, resolvedResponseType: response } = method
  if (!request || !response) throw new Error(`${service}/${method.name} has no types`)
  return {
    path: `/${service}/${method.name}`,
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
    requestSerialize: serializer(request),
    requestDeserialize: deserializer(request, options),
    responseSerialize: serializer(response),
    responseDeserialize: deserializer(response, options),
    originalName: `${method.name.charAt(0).toLowerCase()}${method.name.slice(1)}`,
  }
}

function serializer(type: protobuf.Type) {
  return (value: object): Buffer => Buffer.from(type.encode(type.fromObject(value)).finish())
}

function deserializer(type: protobuf.Type, options: protobuf.IConversionOptions) {
  return (bytes: Buffer): object => type.toObject(type.decode(bytes), options)
}
