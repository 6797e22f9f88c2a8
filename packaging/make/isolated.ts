import { fileURLToPath } from 'node:url'

/**
 * What to put before a command that runs machines only to look at them. Their bridge and taps are in a network of
 * their own, which meets no other on this host and vanishes with the command, as does whatever still runs. Needs root.
 */
export const isolated = [
  ...['unshare', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ...['sh', fileURLToPath(import.meta.resolve('./in-namespace.sh'))],
] as const
