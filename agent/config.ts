/** /etc/cleave/agent.yaml: what an admin may set. Every setting may be left out. */
import * as z from 'zod'
import { adopterPortName } from '../proto/adopter.ts'
import { declaredFolder } from '../proto/application.ts'
import { readSettingsFile, type YamlResult } from '../proto/yaml.ts'
import { hooks } from './group/declaration/hook-schema.ts'
import { logLevels } from './log.ts'

const absolutePath = z.string().startsWith('/', 'expected an absolute path').max(4096)

const schema = z.strictObject({
  channel: z
    .strictObject({
      /** The virtio port that the host speaks on. A guest without it serves its socket only. */
      port: absolutePath.default('/dev/virtio-ports/org.cleave.agent'),
      /** The virtio port on which the host tells each copy which child it is. */
      adopterPort: absolutePath.default(`/dev/virtio-ports/${adopterPortName}`),
    })
    .prefault({}),
  socket: z
    .strictObject({
      /** Where tools in the guest speak gRPC with the agent. Only its owner may. */
      path: absolutePath.default('/run/cleave/agent.sock'),
    })
    .prefault({}),
  /** The folder of the group files, NAME.yaml. */
  groupsFolder: absolutePath.default('/etc/cleave/groups.d'),
  /** Who may declare groups besides admins. */
  applications: z
    .strictObject({
      /** Where applications declare themselves, NAME.json. */
      folder: absolutePath.default(declaredFolder),
      /** Names of the users whose applications may. Everybody when it is left out. */
      users: z.array(z.string().min(1).max(64)).max(256).optional(),
    })
    .prefault({}),
  /** Commands that are run before and after each split, whichever groups it is about. */
  hooks: hooks.default({}),
  /** Units that every child of a split keeps, besides those that the agent knows; `*` stands for any characters. */
  infrastructure: z.array(z.string().min(1).max(256)).max(256).default([]),
  log: z
    .strictObject({
      /** What is less severe is left out. */
      level: z.enum(logLevels).default('info'),
    })
    .prefault({}),
})

export type AgentConfig = z.output<typeof schema>

export const defaultConfigFile = '/etc/cleave/agent.yaml'

/** Reads the settings. A file that is missing has the defaults; throws the error of the system when it can't be read. */
export async function readConfig(file: string): Promise<YamlResult<AgentConfig>> {
  return await readSettingsFile({ file, schema })
}
