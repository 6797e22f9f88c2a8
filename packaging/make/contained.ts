/**
 * What to put before a command that mounts and starts processes of its own: all of that ends with the command, and the
 * command ends with the process that runs it, however that ends. Needs root.
 */
export const contained = [
  ...['setpriv', '--pdeathsig', 'KILL'],
  ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
] as const
