/** Many cheap processes to measure with: most sleep alone, some share a pipe or a unix socket. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

// Each is in a session of its own. They end with their parent, and that ends with its standard input.
const program = `
  use POSIX (); use Socket; $| = 1; my ($count) = @ARGV;
  my ($endWithParent, $kill) = (1, 9);
  sub child { my ($work, @close) = @_; my $pid = fork // die; return if $pid;
    POSIX::setsid(); syscall(157, $endWithParent, $kill); close $_ for @close; sleep 100000 while 1 }
  for (my $made = 0; $made < $count; $made += 10) {
    child() for 1 .. 6;
    pipe(my $r, my $w) or die; child(1, $w); child(1, $r); close $r; close $w;
    socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die; child(1, $b); child(1, $a);
    close $a; close $b;
  }
  print "up\\n"; <STDIN>`

/** @param count rounded up to tens */
export async function startCrowd(count: number): Promise<AsyncDisposable> {
  const child = spawn('perl', ['-e', program, String(count)], { stdio: ['pipe', 'pipe', 'ignore'] })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => fail(count))])
  return {
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
}

function fail(count: number): never {
  throw new Error(`${count} processes could not be started`)
}
