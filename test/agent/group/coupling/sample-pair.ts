/**
 * Two real processes that share one thing, and what a survey of this machine says of them. Numbers of system calls are
 * those of x86-64.
 */
import { createSurvey } from '../../../../agent/group/survey.ts'
import type { Edge } from '../../../../proto/generated/messages.ts'
import { type Owner, type SampleOptions, startPerl } from '../../process/sample-process.ts'

export interface SamplePair {
  parent: number
  first: number
  second: number
}

/**
 * Starts a Perl program that forks twice, each child in a session of its own, and waits until both children have done
 * what they are to do.
 *
 * @param parts.before what is done first, by their parent
 * @param parts.first what the first child does; the second knows its pid as `$pids[0]`
 * @param parts.after what the parent does then, such as closing its own ends
 * @param parts.last what it does when both children are done, such as removing names that nobody needs any more
 */
export async function startPair(
  owner: Owner,
  parts: { before?: string; first?: string; second?: string; after?: string; last?: string },
  options: SampleOptions = {},
): Promise<SamplePair> {
  const { before = '', first = '', second = '', after = '', last = '' } = parts
  const program = `
    use Socket qw(:all); my (@pids, @keep);
    sub mapped { my ($file, $rights, $flags) = @_; my $number = defined $file ? fileno $file : -1;
      my $at = syscall(9, 0, 4096, $rights, $flags, $number, 0); die "mmap: $!" if $at == -1; $at }
    ${before};
    pipe(my $ready, my $done) or die;
    for my $part (0, 1) {
      my $pid = fork // die;
      if ($pid) { push @pids, $pid; next }
      POSIX::setsid(); syscall(157, $deathSignal, $kill); close $ready;
      if ($part == 0) { ${first} } else { ${second} }
      syswrite $done, 'x'; close $done; sleep 1000; exit;
    }
    close $done;
    ${after};
    sysread($ready, my $x, 1) or die for 1 .. 2;
    close $ready;
    ${last};
    print "up\\n@pids\\n"; sleep 1000`
  const parent = await startPerl(owner, program, options)
  const [one = 0, two = 0] = (await parent.line()).split(' ').map(Number)
  owner.teardown(async () => {
    for (const pid of [one, two]) process.kill(pid, 'SIGKILL')
  })
  return { parent: parent.pid, first: one, second: two }
}

const { survey } = createSurvey({ groupsFolder: '/nowhere' })

/** The edges at these processes, wherever they lead, as `CHANNEL evidence`, with the pids that they join. */
export async function edgesAt(pids: readonly number[]): Promise<{ what: string; pids: number[] }[]> {
  const { edges } = await survey()
  const isAt = ({ from, to }: Edge) => pids.includes(from?.pid ?? 0) || pids.includes(to?.pid ?? 0)
  return edges.filter(isAt).map(({ from, to, channel, evidence }) => ({
    what: `${channel.replace('CHANNEL_', '')} ${evidence}`,
    pids: [from?.pid ?? 0, to?.pid ?? 0].sort((one, other) => one - other),
  }))
}

/** What joins the two children of a pair and nobody else: each edge has to lead from one to the other. */
export async function joinedBy({ parent, first, second }: SamplePair): Promise<string[]> {
  const edges = await edgesAt([parent, first, second])
  const both = [first, second].sort((one, other) => one - other)
  return edges.map(({ what, pids }) =>
    pids.join() === both.join() ? what : `${what} between ${pids.join(' and ')}`,
  )
}
