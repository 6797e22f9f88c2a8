/** How long each call may take. Both sides keep to this table: the host stops waiting, the agent stops working. */

/** The longest that a hook of an admin may take: five minutes. */
export const longestHookMs = 300_000

/** Milliseconds by call. Bounds of what can still be well, ten times and more of what is usual, as a guest may be emulated. */
export const deadlines = {
  // It is asked beside others, and has to wait while the agent is at those.
  getInfo: 30_000,
  powerOff: 30_000,
  listProcesses: 30_000,
  listGroups: 30_000,
  mayPart: 30_000,
  freezeGroup: 15_000,
  thawGroup: 10_000,
  // Beyond the grace that the request or the group's declaration gives: systemd itself needs some time.
  terminateGroup: 30_000,
  // Disks that are mounted first, and units with a slow start of their own, such as databases that recover.
  startGroup: 720_000,
  // It looks at the whole guest first, which goes on meanwhile.
  quiesce: 60_000,
  release: 15_000,
  resume: 15_000,
  // New SSH host keys: RSA takes seconds where a processor is emulated.
  settle: 120_000,
  // All hooks at the same time, and a look at the whole guest.
  beforeSplit: 60_000 + longestHookMs,
  afterSplit: 60_000 + longestHookMs,
  establish: 120_000,
  setWallClock: 30_000,
  bequeath: 60_000,
  // All units of a child, one after the other; systemd bounds each.
  inherit: 600_000,
  listDisks: 30_000,
  // A check of a large file system takes minutes.
  mountDisks: 600_000,
  // What is still to be written goes out first. Beyond the grace that the request gives.
  unmountDisks: 120_000,
  getResources: 15_000,
  setProcessors: 60_000,
  setMemory: 120_000,
  yieldGroups: 300_000,
  takeGroups: 1_200_000,
} as const

/** A call of the agent's, as in agent.proto with a small first letter. */
export type Call = keyof typeof deadlines

/** The longest grace that anybody may give a group: an hour. */
export const longestGraceMs = 3_600_000
