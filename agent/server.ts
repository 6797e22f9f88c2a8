/** The agent's gRPC server: its own services, standard health and reflection, on whatever sessions it is given. */
import type { Duplex } from 'node:stream'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import { agentServices } from '../proto/definition.ts'
import { longestAnswer, longestRequest } from '../proto/message-sizes.ts'
import type { GuestDisks } from './disk/types.ts'
import type { GroupControl } from './group/control/types.ts'
import type { GuestHooks } from './hook/types.ts'
import type { GuestIdentity } from './identity/types.ts'
import type { Log } from './log.ts'
import type { GuestMerge } from './merge/types.ts'
import { addReflection } from './reflection.ts'
import type { GuestResources } from './resource/types.ts'
import { type AgentCalls, agentService } from './service/agent-service.ts'
import { disksService } from './service/disks-service.ts'
import { groupsService } from './service/groups-service.ts'
import { hooksService } from './service/hooks-service.ts'
import { identityService } from './service/identity-service.ts'
import { mergeService } from './service/merge-service.ts'
import { processesService } from './service/processes-service.ts'
import { resourcesService } from './service/resources-service.ts'
import { splitService } from './service/split-service.ts'
import type { TakeSurvey } from './service/survey.ts'
import { createUnary } from './service/unary.ts'
import type { GuestSplit } from './split/types.ts'

export interface AgentServerOptions {
  agent: AgentCalls
  survey: TakeSurvey
  control: GroupControl
  split: GuestSplit
  hooks: GuestHooks
  merge: GuestMerge
  identity: GuestIdentity
  disks: GuestDisks
  resources: GuestResources
  log: Log
}

export interface AgentServer {
  /** Serves one session: a stream that carries HTTP/2 from its first byte. */
  serve(session: Duplex): void
  /** Takes no more calls, lets those that run end within `graceMs`, then ends every session. */
  drain(graceMs: number): Promise<void>
}

// A host asks one thing after another; sixteen leave room for several tools at once.
const callsPerSession = 16

export function createAgentServer(options: AgentServerOptions): AgentServer {
  const { agent, survey, control, split, hooks, merge, identity, disks, resources, log } = options
  const server = new Server({
    'grpc.max_receive_message_length': longestRequest,
    'grpc.max_send_message_length': longestAnswer,
    'grpc.max_concurrent_streams': callsPerSession,
    // Statistics that nobody asks this process for.
    'grpc.enable_channelz': 0,
  })
  const unary = createUnary(log)
  server.addService(agentServices.Agent.service, agentService(unary, agent))
  server.addService(agentServices.Processes.service, processesService(unary, survey))
  server.addService(agentServices.Groups.service, groupsService(unary, { survey, control, disks }))
  server.addService(agentServices.Split.service, splitService(unary, split))
  server.addService(agentServices.Hooks.service, hooksService(unary, hooks))
  server.addService(agentServices.Merge.service, mergeService(unary, merge))
  server.addService(agentServices.Identity.service, identityService(unary, identity))
  server.addService(agentServices.Disks.service, disksService(unary, disks))
  server.addService(agentServices.Resources.service, resourcesService(unary, resources))

  const names = ['', ...Object.values(agentServices).flatMap(serviceName)]
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'SERVING'])))
  health.addToServer(server)
  addReflection(server)

  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const sessions = new Map<Duplex, Promise<unknown>>()
  return {
    serve: (session) => {
      const closed = new Promise((resolve) => session.once('close', resolve))
      sessions.set(session, closed)
      session.once('close', () => sessions.delete(session))
      injector.injectConnection(session)
    },
    drain: async (graceMs) => {
      for (const name of names) health.setStatus(name, 'NOT_SERVING')
      // It answers before the sessions have said all that they have to say.
      server.tryShutdown(() => {})
      const timer = setTimeout(() => {
        for (const session of sessions.keys()) session.destroy()
      }, graceMs)
      await Promise.all(sessions.values())
      clearTimeout(timer)
    },
  }
}

function serviceName(member: unknown): string[] {
  const service = (member as { service?: Record<string, { path: string }> }).service
  const [method] = Object.values(service ?? {})
  // A path is /package.Service/Method.
  return method === undefined ? [] : [method.path.split('/')[1] ?? '']
}
