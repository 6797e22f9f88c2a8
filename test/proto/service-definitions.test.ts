import type { ServiceDefinition } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import t from 'tap'
import { agentDefinition, definitionOptions } from '../../proto/definition.ts'
import { serviceDefinitions } from '../../proto/service-definitions.ts'

const ours = serviceDefinitions(agentDefinition, definitionOptions)
const theirs = fromJSON(agentDefinition, definitionOptions)

t.test('services and methods are those that proto-loader finds', async (t) => {
  const services = Object.entries(theirs).filter(([, definition]) => !('format' in definition))
  t.same(Object.keys(ours).sort(), services.map(([name]) => name).sort())
  for (const [name, service] of services) {
    const calls = (definition: unknown) =>
      Object.entries(definition as ServiceDefinition).map(
        ([method, { path, originalName, requestStream, responseStream }]) => ({
          method,
          path,
          originalName,
          requestStream,
          responseStream,
        }),
      )
    t.same(calls(ours[name]), calls(service), name)
  }
})

t.test('values come back as proto-loader gives them', async (t) => {
  const values: [service: string, method: string, request: object][] = [
    ['cleave.agent.v1.Groups', 'FreezeGroup', { group: 'shop' }],
    ['cleave.agent.v1.Groups', 'FreezeGroup', {}],
    ['cleave.agent.v1.Groups', 'ListGroups', { grouping: 'GROUPING_USER' }],
    ['cleave.agent.v1.Identity', 'SetWallClock', { wallClockMicroseconds: 2 ** 50 }],
    ['cleave.agent.v1.Split', 'Quiesce', { operationId: 'a', children: [{ name: 'b', groups: ['c', 'd'] }] }],
  ]
  for (const [service, method, request] of values) {
    const our = ours[service]?.[method]
    const their = (theirs[service] as ServiceDefinition)[method]
    if (!our || !their) throw new Error(`no ${service}/${method}`)
    const bytes = our.requestSerialize(request)
    t.same(bytes, their.requestSerialize(request))
    t.same(our.requestDeserialize(bytes), their.requestDeserialize(bytes))
    t.same(our.responseDeserialize(Buffer.alloc(0)), their.responseDeserialize(Buffer.alloc(0)))
  }
})
