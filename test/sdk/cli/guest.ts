import type {
  Edge,
  Group,
  ListGroupsResponse,
  Process,
  ProcessId,
} from '../../../proto/generated/messages.ts'

/** A process of a guest, with what a test is about put in. */
export function process(fields: Partial<Process> & { pid: number }): Process {
  const { pid, ...others } = fields
  return {
    id: id(pid),
    parentPid: 1,
    sessionId: pid,
    userId: 33,
    user: 'www-data',
    unit: 'nginx.service',
    cgroup: '/system.slice/nginx.service',
    name: 'nginx',
    arguments: ['nginx:', 'master', 'process'],
    cpuCores: 0.25,
    memoryBytes: 20 * 1024 * 1024,
    replicated: false,
    group: 'shop',
    ...others,
  }
}

export function group(fields: Partial<Group>): Group {
  return {
    name: 'shop',
    origin: 'GROUP_ORIGIN_DECLARED',
    state: 'GROUP_STATE_RUNNING',
    processes: [],
    units: ['nginx.service'],
    users: [],
    cpuCores: 0.5,
    memoryBytes: 40 * 1024 * 1024,
    serviceAddresses: [],
    endpoints: [],
    disks: [],
    declaredIn: '',
    declaredGroups: [],
    unrestartable: [],
    stateless: false,
    ...fields,
  }
}

export function edge(fields: Partial<Edge>): Edge {
  return { from: null, to: null, channel: 'CHANNEL_PIPE', evidence: 'pipe 4711', ...fields }
}

export function id(pid: number): ProcessId {
  return { pid, startTicks: pid * 10 }
}

/** A shop of nginx and redis, a mail server that a declaration ties to it, and init. */
export const listed: ListGroupsResponse = {
  groups: [
    group({
      name: 'shop',
      processes: [id(812), id(901)],
      serviceAddresses: ['10.77.0.80/24'],
      declaredIn: '/etc/cleave/groups.d/shop.yaml',
      unrestartable: [],
    }),
    group({ name: 'mail', processes: [id(950)], origin: 'GROUP_ORIGIN_DISCOVERED' }),
    group({ name: 'idle', state: 'GROUP_STATE_STOPPED', cpuCores: 0, memoryBytes: 0 }),
  ],
  processes: [
    process({ pid: 1, name: 'systemd', replicated: true, group: '', unit: 'init.scope' }),
    process({ pid: 9, name: 'systemd-udevd', replicated: true, group: '', unit: '' }),
    process({ pid: 812 }),
    process({
      pid: 901,
      name: 'redis-server',
      arguments: ['redis-server'],
      unit: 'redis.service',
      user: 'redis',
    }),
    process({ pid: 950, name: 'smtpd', arguments: [], unit: '', user: 'root', group: 'mail' }),
  ],
  edges: [
    edge({
      from: id(812),
      to: id(901),
      channel: 'CHANNEL_UNIX_SOCKET',
      evidence: 'unix socket /run/redis/redis.sock',
    }),
  ],
  bonds: [
    {
      group: 'shop',
      other: 'mail',
      reasons: [
        edge({ channel: 'CHANNEL_DECLARATION', evidence: 'declared in shop.yaml' }),
        edge({ from: id(812), to: id(950) }),
      ],
    },
  ],
  problems: [],
  networkStorage: [],
}
