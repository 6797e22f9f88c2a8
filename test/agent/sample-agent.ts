/** An agent's server with small answers of its own where a guest would be asked. */
import type { AgentServerOptions } from '../../agent/server.ts'
import { type AgentServer, createAgentServer } from '../../agent/server.ts'
import { RefusedError } from '../../proto/errors.ts'
import { protocolVersion } from '../../proto/version.ts'

const sampleResources = {
  processors: 1,
  processorsPresent: 2,
  memoryBytes: 2 ** 29,
  memoryPresentBytes: 2 ** 30,
  memoryBlockBytes: 2 ** 27,
  resting: [],
  milliseconds: 1,
}

export function createSampleAgent(overrides: Partial<AgentServerOptions> = {}): AgentServer {
  return createAgentServer({
    agent: {
      info: async () => ({
        protocolVersion,
        agentVersion: '0.1.0',
        hostname: 'shop',
        machineId: '0123456789abcdef0123456789abcdef',
        bootId: '6e1d0b3f-3f6f-4c48-8c85-2f8b9b4d0f5a',
        kernel: '6.1.0',
        uptimeSeconds: 12.5,
        features: [],
        operationId: '',
        hasIdentity: true,
      }),
      powerOff: async () => {},
    },
    survey: async () => ({ groups: [], processes: [], edges: [], bonds: [], problems: [] }),
    control: {
      freeze: async () => ({ frozen: [{ pid: 7, startTicks: 70 }] }),
      thaw: async () => ({ thawed: [] }),
      terminate: async () => ({ processes: [] }),
      start: async ({ group }) => {
        throw new RefusedError({
          code: 'NOT_STARTABLE',
          message: `group ${group} names no units`,
          remedy: 'Declare which units start it.',
        })
      },
    },
    split: {
      quiesce: async ({ children }) => ({
        groups: children
          .flatMap(({ groups }) => groups)
          .map((group) => ({ group, cgroups: [], processes: 1 })),
        milliseconds: 1,
      }),
      release: async () => ({ groups: [] }),
      resume: async () => ({ groups: [], milliseconds: 1 }),
      settle: async () => ({ identity: [], foreign: [], milliseconds: 1 }),
      bequeath: async () => ({ groups: [] }),
      inherit: async () => ({ groups: [], failures: [], identity: [], milliseconds: 1 }),
      currentOperation: () => '',
    },
    hooks: {
      beforeSplit: async () => ({ reports: [], groupsToTell: [] }),
      afterSplit: async () => ({ reports: [] }),
    },
    merge: {
      yield: async () => ({
        groups: [],
        processes: [],
        disks: [],
        endMilliseconds: 0,
        failures: [],
        milliseconds: 0,
      }),
      take: async () => ({ groups: [], disks: [], addresses: [], failures: [], milliseconds: 0 }),
    },
    identity: {
      establish: async () => ({ identity: [], milliseconds: 1 }),
      applyStored: async () => [],
      serve: async () => [],
      refuseTaken: async () => {},
      hasIdentity: () => true,
      lookForChildren: async () => () => {
        throw new Error('no copy is made of it')
      },
      setWallClock: async () => ({ item: 'wall-clock', done: true, detail: '', milliseconds: 0 }),
      settle: async () => [],
    },
    disks: {
      list: async () => ({ disks: [] }),
      networkStorage: async () => [],
      mount: async () => ({ disks: [] }),
      unmount: async () => ({ disks: [] }),
    },
    resources: {
      get: async () => sampleResources,
      setProcessors: async ({ processors }) => ({ ...sampleResources, processors }),
      setMemory: async ({ memoryBytes }) => ({ ...sampleResources, memoryBytes }),
    },
    log: () => {},
    ...overrides,
  })
}
