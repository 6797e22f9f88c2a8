/** Real processes in real cgroups on this machine, surveyed the simple way: a group is what one session started. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { openCgroupTree } from '../../../../agent/group/control/cgroup.ts'
import { findCgroupRoot } from '../../../../agent/group/control/hierarchy.ts'
import { isAlive } from '../../../../agent/group/control/process-status.ts'
import type { GroupDeclaration, GuestSurvey } from '../../../../agent/group/control/types.ts'
import { parseStat } from '../../../../agent/process/stat.ts'
import type { Group, Process } from '../../../../proto/generated/messages.ts'
import { sampleGroup } from '../sample-facts.ts'

const root = findCgroupRoot(readFileSync('/proc/self/mounts', 'latin1')) ?? ''

export interface RealGuest extends AsyncDisposable {
  tree: ReturnType<typeof openCgroupTree>
  /** The cgroup that all others of this guest are below. */
  top: string
  cgroup(name: string): string
  /** Starts a shell script as a group. Answers when it has printed its first line, or at once for a silent one. */
  start(options: { group: string; script: string; cgroup: string; speaks?: boolean }): Promise<number>
  survey(): Promise<GuestSurvey>
  /** Those that live, while a survey has zombies too. */
  members(group: string): Promise<Process[]>
  /** Further facts of a group. */
  describe(group: string, facts: Partial<Group>, declaration?: Partial<GroupDeclaration>): void
}

export function createRealGuest(): RealGuest {
  const tree = openCgroupTree()
  // What a test that was killed left behind has another name.
  const top = `/cleave-test-${randomUUID()}`
  tree.create(top)
  const sessions = new Map<number, string>()
  const facts = new Map<string, Partial<Group>>()
  const declarations = new Map<string, GroupDeclaration>()

  const survey = async (): Promise<GuestSurvey> => {
    const seen = readdirSync('/proc').map(Number).filter(Number.isInteger).flatMap(observe(sessions))
    const processes = seen.map((process) => ({ ...process, cgroup: tree.domainOf(process.cgroup) }))
    const names = new Set([...sessions.values(), ...facts.keys()])
    const groups = [...names].map((name) => describeGroup(name, processes, facts.get(name) ?? {}))
    return { groups, processes, bonds: [], declarations: [...declarations.values()] }
  }

  const guest: RealGuest = {
    tree,
    top,
    cgroup(name) {
      tree.create(join(top, name))
      return join(top, name)
    },
    async start({ group, script, cgroup, speaks = true }) {
      // Moves itself first, so that all that it starts is there too.
      const enter = `echo $$ > '${join(root, cgroup, 'cgroup.procs')}'`
      const child = spawn('sh', ['-c', `${enter}; ${script}`], {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      if (child.pid === undefined) throw new Error('not started')
      sessions.set(child.pid, group)
      if (speaks) await once(child.stdout, 'data')
      return child.pid
    },
    survey,
    members: async (group) =>
      (await survey()).processes.filter((one) => one.group === group && one.id !== null && isAlive(one.id)),
    describe(group, more, declaration) {
      facts.set(group, more)
      if (declaration !== undefined) declarations.set(group, { name: group, start: [], ...declaration })
    },
    async [Symbol.asyncDispose]() {
      tree.kill(top)
      const left = (await survey()).processes.filter((process) => process.group !== '')
      for (const { id } of left) {
        try {
          if (id !== null && isAlive(id)) process.kill(id.pid, 'SIGKILL')
        } catch (error) {
          // It ended between the look and the signal.
          if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
        }
      }
      for (let look = 0; look < 200 && tree.events(top)?.populated === true; look++) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      removeAll(join(root, top))
    },
  }
  return guest
}

function observe(sessions: ReadonlyMap<number, string>) {
  return (pid: number): Process[] => {
    const stat = readOf(pid, 'stat')
    const fields = stat === undefined ? undefined : parseStat(stat)
    const cgroup = readOf(pid, 'cgroup')
      ?.split('\n')
      .find((line) => line.startsWith('0::'))
      ?.slice(3)
    if (fields === undefined || cgroup === undefined || fields.isKernelThread) return []
    const group = sessions.get(fields.sessionId) ?? ''
    return [
      {
        id: { pid, startTicks: fields.startTicks },
        parentPid: fields.parentPid,
        sessionId: fields.sessionId,
        userId: 0,
        user: 'root',
        unit: '',
        cgroup,
        name: fields.name,
        arguments: [],
        cpuCores: 0,
        memoryBytes: 0,
        replicated: group === '',
        group,
      },
    ]
  }
}

function describeGroup(name: string, processes: readonly Process[], facts: Partial<Group>): Group {
  const members = processes.filter(({ group }) => group === name)
  return sampleGroup(name, {
    state: members.length === 0 ? 'GROUP_STATE_STOPPED' : 'GROUP_STATE_RUNNING',
    processes: members.flatMap(({ id }) => (id === null ? [] : [id])),
    ...facts,
  })
}

function readOf(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return undefined
  }
}

function removeAll(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeAll(join(folder, entry.name))
  }
  rmdirSync(folder)
}
