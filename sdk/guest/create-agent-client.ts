import { deadlines, longestGraceMs } from '../../proto/deadlines.ts'
import { agentServices } from '../../proto/definition.ts'
import type { AgentClient } from './agent-client.ts'
import type { SessionChannel } from './session-channel.ts'
import { whileAlive } from './while-alive.ts'

// Within less time a guest that hangs is found out by the call's own bound.
const longMs = 120_000

/** The calls of an agent on a session that was begun. */
export function createAgentClient(channel: SessionChannel): AgentClient {
  const { close, isOver } = channel
  const agent = agentServices.Agent.service
  const ask: SessionChannel['ask'] = (method, request, timeoutMs) => {
    const call = channel.ask(method, request, timeoutMs)
    if (timeoutMs <= longMs) return call
    const probe = () => channel.ask(agent.GetInfo, {}, deadlines.getInfo)
    return whileAlive(call, { probe, giveUp: close })
  }
  const listed = agentServices.Processes.service
  const groups = agentServices.Groups.service
  const split = agentServices.Split.service
  const hooks = agentServices.Hooks.service
  const merge = agentServices.Merge.service
  const identity = agentServices.Identity.service
  const disks = agentServices.Disks.service
  const resources = agentServices.Resources.service
  return {
    isOver,
    info: () => ask(agent.GetInfo, {}, deadlines.getInfo),
    powerOff: async () => void (await ask(agent.PowerOff, {}, deadlines.powerOff)),
    processes: async ({ group = '' } = {}) =>
      (await ask(listed.ListProcesses, { group }, deadlines.listProcesses)).processes,
    groups: ({ grouping = 'GROUPING_COUPLING' } = {}) =>
      ask(groups.ListGroups, { grouping }, deadlines.listGroups),
    mayPart: (group, other) => ask(groups.MayPart, { group, other }, deadlines.mayPart),
    freeze: (group) => ask(groups.FreezeGroup, { group }, deadlines.freezeGroup),
    thaw: (group) => ask(groups.ThawGroup, { group }, deadlines.thawGroup),
    terminate: (group, { graceMs = 0 } = {}) =>
      ask(
        groups.TerminateGroup,
        { group, graceMilliseconds: graceMs },
        deadlines.terminateGroup + (graceMs || longestGraceMs),
      ),
    start: (group) => ask(groups.StartGroup, { group }, deadlines.startGroup),
    quiesce: (request) => ask(split.Quiesce, request, deadlines.quiesce),
    release: (operationId) => ask(split.Release, { operationId }, deadlines.release),
    resume: (operationId) => ask(split.Resume, { operationId }, deadlines.resume),
    settle: (request) => ask(split.Settle, request, deadlines.settle),
    bequeath: (request) => ask(split.Bequeath, request, deadlines.bequeath),
    inherit: (operationId) => ask(split.Inherit, { operationId }, deadlines.inherit),
    establish: (request) => ask(identity.Establish, request, deadlines.establish),
    beforeSplit: (request) => ask(hooks.BeforeSplit, request, deadlines.beforeSplit),
    afterSplit: (request) => ask(hooks.AfterSplit, request, deadlines.afterSplit),
    yieldGroups: (request) =>
      ask(merge.YieldGroups, request, deadlines.yieldGroups + (request.graceMilliseconds || longestGraceMs)),
    takeGroups: (request) => ask(merge.TakeGroups, request, deadlines.takeGroups),
    setWallClock: (wallClockMicroseconds) =>
      ask(identity.SetWallClock, { wallClockMicroseconds }, deadlines.setWallClock),
    listDisks: async () => (await ask(disks.ListDisks, {}, deadlines.listDisks)).disks,
    mountDisks: async ({ groups, waitMs = 0 }) =>
      (await ask(disks.MountDisks, { groups, waitMilliseconds: waitMs }, deadlines.mountDisks + waitMs))
        .disks,
    unmountDisks: async ({ groups, free = false, discard = false, graceMs = 0 }) => {
      const request = { groups, free, discard, graceMilliseconds: graceMs }
      return (await ask(disks.UnmountDisks, request, deadlines.unmountDisks + graceMs)).disks
    },
    resources: () => ask(resources.GetResources, {}, deadlines.getResources),
    setProcessors: (processors) => ask(resources.SetProcessors, { processors }, deadlines.setProcessors),
    setMemory: (memoryBytes, from = []) =>
      ask(resources.SetMemory, { memoryBytes, from }, deadlines.setMemory),
    close,
    [Symbol.asyncDispose]: close,
  }
}
