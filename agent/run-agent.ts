/** Puts the agent together and runs it until it is told to end. */
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { InvalidRequestError } from '../proto/errors.ts'
import { formatProblem } from '../proto/yaml.ts'
import { startAdopter } from './adopter/adopter.ts'
import { createPort } from './channel/port.ts'
import { serveUnixSocket } from './channel/unix-socket.ts'
import { type AgentConfig, readConfig } from './config.ts'
import { mountAfterBoot } from './disk/after-boot.ts'
import { createGuestDisks } from './disk/disks.ts'
import { createMountFor } from './disk/mount-for.ts'
import { endProcess } from './end-process.ts'
import { openCgroupTree } from './group/control/cgroup.ts'
import { createGroupControl } from './group/control/control.ts'
import { createOccupancy } from './group/control/occupancy.ts'
import { createApplicationReader } from './group/declaration/applications.ts'
import { createDeclarationReader } from './group/declaration/read.ts'
import { isInfrastructureUnit } from './group/infrastructure.ts'
import { createSurvey } from './group/survey.ts'
import { createStateOf } from './group-state.ts'
import { tellApplication } from './hook/application.ts'
import { createCommandRunner } from './hook/command.ts'
import { createHooks } from './hook/hooks.ts'
import { openHookMemory } from './hook/memory.ts'
import { createIdentity } from './identity/identity.ts'
import { readInfo } from './info.ts'
import { createProcessLister } from './list-processes.ts'
import { createLog, type Log } from './log.ts'
import { createGroupDisks } from './merge/group-disks.ts'
import { createMerge } from './merge/merge.ts'
import { notifyReady } from './notify-ready.ts'
import { createProcessSource } from './process/create-source.ts'
import { inDomains } from './process/whole-processes.ts'
import { missingPrograms } from './requirements.ts'
import { createResources } from './resource/resources.ts'
import { type AgentServer, createAgentServer } from './server.ts'
import { createServiceAddresses } from './service-addresses.ts'
import { createShared } from './shared.ts'
import { foreignGroups } from './split/foreign-markers.ts'
import { createSplit } from './split/split.ts'
import { createUnits } from './systemd/units.ts'

const drainMs = 2_000
const flushMs = 500

/**
 * Answers when the agent serves.
 *
 * @throws InvalidRequestError `BAD_CONFIG`
 * @throws UnavailableError `NO_CGROUP2`, `CGROUP2_UNUSED`, `NO_FREEZER`
 * @throws what keeps a part of it from starting, such as BusyError `AGENT_RUNS`
 */
export async function runAgent(configFile: string): Promise<void> {
  const config = await loadConfig(configFile)
  const log = createLog({ least: config.log.level })
  for (const { message, remedy } of missingPrograms()) log('error', message, { remedy })
  const fail = (error: unknown): void => {
    log('error', 'the agent fails', { error })
    endProcess('failed')
  }
  process.on('uncaughtException', fail)

  const { server, applyIdentity, mountDisks } = assemble(config, log)
  // First, as it finds out whether another agent is at work.
  const closeSocket = await serveUnixSocket({ path: config.socket.path, onSession: server.serve })
  await applyIdentity()
  const path = config.channel.port
  const port = createPort({ path, onSession: server.serve, log })
  port.serve().catch(fail)

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    log('info', 'the agent ends', { signal })
    await server.drain(drainMs)
    await closeSocket()
    // The host's last answers, and that the session is over.
    await Promise.race([port.flushed(), delay(flushMs)])
    endProcess('done')
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      end(signal).catch(fail)
    })
  }
  // systemd then ends the agent by itself, after its own time.
  await notifyReady().catch((error) => log('error', 'systemd was not told that the agent serves', { error }))
  log('info', 'the agent serves', { socket: config.socket.path, port: path })
  // Nobody waits for it: a disk may be long in coming.
  mountDisks().catch((error) => log('error', 'groups did not come back after the boot', { error }))
}

async function loadConfig(configFile: string): Promise<AgentConfig> {
  const { value, problems } = await readConfig(configFile)
  if (value !== undefined) return value
  throw new InvalidRequestError({
    code: 'BAD_CONFIG',
    message: problems.map(formatProblem).join('\n'),
    remedy: `Correct ${configFile}; cleave-agent --check says what else is wrong.`,
  })
}

interface Assembled {
  server: AgentServer
  applyIdentity: () => Promise<void>
  /** Brings groups with disks back after a boot. */
  mountDisks: () => Promise<void>
}

function assemble(config: AgentConfig, log: Log): Assembled {
  const { groupsFolder, infrastructure, applications, hooks: guest } = config
  const tree = openCgroupTree()
  const stateOf = createStateOf({ tree, foreign: foreignGroups })
  const { survey } = createSurvey({
    groupsFolder,
    applications: createApplicationReader(applications),
    infrastructure,
    stateOf,
    foreign: foreignGroups,
    source: inDomains(createProcessSource(), tree.domainOf),
  })
  const occupancy = createOccupancy()
  const identity = createIdentity({ serviceAddresses: createServiceAddresses({ groupsFolder }) })
  const isInfrastructure = (unit: string) => isInfrastructureUnit(unit, infrastructure)
  const declarations = createDeclarationReader({ folder: groupsFolder, isInfrastructure })
  const disks = createGuestDisks({
    declarations,
    foreign: foreignGroups,
    listProcesses: createProcessLister({ source: createProcessSource(), infrastructure }),
  })
  const groupDisks = createGroupDisks({
    disks,
    withDisks: () =>
      declarations.read().declarations.flatMap(({ name, disks }) => (disks.length > 0 ? [name] : [])),
  })
  const mountFor = createMountFor(disks, declarations)
  const split = createSplit({
    survey,
    occupancy,
    identity,
    tree,
    startAdopter: (progress) => startAdopter({ port: config.channel.adopterPort, progress }),
    mountDisks: mountFor,
    networkStorage: disks.networkStorage,
  })
  // Several groups that end at the same time look at the same guest.
  const look = createShared(() => survey())
  const control = createGroupControl({ survey: look, occupancy, tree, mountDisks: mountFor })
  const hooks = createHooks({
    survey,
    guest,
    memory: openHookMemory('/'),
    runCommand: createCommandRunner({ tree }),
    tellApplication,
    log,
  })
  const merge = createMerge({
    survey,
    declarations: () => declarations.read().declarations,
    control,
    disks: groupDisks,
    identity,
    isInfrastructure,
  })
  const agent = {
    info: async () =>
      readInfo({ operationId: split.currentOperation(), hasIdentity: identity.hasIdentity() }),
    powerOff: () => createUnits().powerOff(),
  }
  return {
    server: createAgentServer({
      agent,
      survey,
      control,
      split,
      hooks,
      merge,
      identity,
      disks,
      resources: createResources(),
      log,
    }),
    applyIdentity: async () => {
      for (const item of await identity.applyStored()) {
        log(item.done ? 'info' : 'error', 'identity', { ...item })
      }
    },
    mountDisks: () =>
      mountAfterBoot({
        disks,
        declarations: () => declarations.read().declarations,
        foreign: foreignGroups,
        occupancy,
        units: createUnits(),
        log,
        marker: join(dirname(config.socket.path), 'disks-mounted'),
      }),
  }
}
