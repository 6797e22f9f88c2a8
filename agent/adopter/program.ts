/**
 * The program of the adopter. In a copy of the guest nothing is cached, and where the processor is emulated nothing
 * translated: what Node does in half a second, a small program that only makes system calls does in a few milliseconds.
 * It is perl because every Debian has it (perl-base is essential), and nothing has to be built for the guest.
 *
 * Its plan comes on standard input (plan.ts), orders and answers go over descriptor 3 (proto/adopter.ts). What it did it
 * leaves in a file (progress.ts). Arguments: that file, then numbers of system calls.
 */
export const adopterProgram = String.raw`
use strict;
my ($progress, $clock_get, $clock_set, $mount, $prctl) = @ARGV;
$_ += 0 for $clock_get, $clock_set, $mount, $prctl;
my ($PR_SET_PDEATHSIG, $SIGKILL, $CLOCK_REALTIME, $CLOCK_MONOTONIC) = (1, 9, 0, 1);
my ($AF_NETLINK, $SOCK_RAW, $NETLINK_ROUTE, $NLMSG_ERROR) = (16, 3, 0, 2);
my ($MS_BIND, $RNDRESEEDCRNG, $PF_KTHREAD, $O_WRONLY, $O_CREAT, $longest, $freeze_bound) =
  (4096, 0x5207, 0x200000, 1, 0x40, 4096, 5e6);

syscall($prctl, $PR_SET_PDEATHSIG, $SIGKILL, 0, 0, 0);
setpriority(0, 0, -20);
open(my $port, '+<&=', 3) or die "descriptor 3: $!\n";
open(STDERR, '>', "$progress.errors") or die "$progress.errors: $!\n";
$| = 1;

my ($operation, $part, $child, $entropy, $word, $heard, $detail, $newest, $is_frozen, @report, @freezing, %parts, %known, %expected);

socket(my $netlink, $AF_NETLINK, $SOCK_RAW, $NETLINK_ROUTE) or die "netlink: $!\n";

sub clock {
  my $time = "\0" x 16;
  syscall($clock_get, $_[0], $time) == 0 or die "clock: $!\n";
  my ($seconds, $nanoseconds) = unpack 'q2', $time;
  return $seconds * 1e6 + $nanoseconds / 1e3;
}

sub content {
  open(my $file, '<', $_[0]) or return undef;
  sysread $file, my $text, 65536;
  return $text;
}

sub put {
  my ($path, $data) = @_;
  sysopen(my $file, $path, $O_WRONLY | $O_CREAT, 0644) or die "$path: $!\n";
  defined syswrite($file, $data) or die "$path: $!\n";
  return if -s $file <= length $data;
  truncate $file, length $data or die "$path: $!\n";
}

my %do = (
  write => \&put,
  move => sub {
    my ($source, $target) = @_;
    rename $source, $target or die "$target: $!\n";
  },
  mount => sub {
    my ($source, $target) = @_;
    my $none = '';
    syscall($mount, $source, $target, $none, $MS_BIND, $none) == 0 or die "$target: $!\n";
  },
  # The kernel has acknowledged by the time that it has taken the message.
  netlink => sub {
    my ($what, $message) = @_;
    defined syswrite($netlink, $message) && sysread($netlink, my $answer, 65536) or die "$what: $!\n";
    my ($type, $error) = unpack 'x4 S x10 l', $answer;
    die "$what: answered with message $type\n" if $type != $NLMSG_ERROR;
    if ($error) { $! = -$error; die "$what: $!\n" }
  },
  reseed => sub {
    open(my $device, '+<', $_[0]) or die "$_[0]: $!\n";
    defined syswrite($device, $entropy) or die "$_[0]: $!\n";
    defined ioctl($device, $RNDRESEEDCRNG, 0) or die "mixed in, but the kernel takes it up only within 60 s: $!\n";
  },
  clock => sub {
    my ($slow, $fast) = @_;
    my $told = $word + clock($CLOCK_MONOTONIC) - $heard;
    my $behind = $told - clock($CLOCK_REALTIME);
    $detail = sprintf '%.1f ms %s the host', abs($behind) / 1000, $behind > 0 ? 'behind' : 'ahead of';
    if ($behind < $slow && -$behind < $fast) { $detail = "left alone, $detail"; return }
    my $time = pack 'q2', int($told / 1e6), int($told % 1e6) * 1000;
    syscall($clock_set, $CLOCK_REALTIME, $time) == 0 or die "$!\n";
    $detail = "set, it was $detail";
  },
);

while (defined(my $line = <STDIN>)) {
  chomp $line;
  my ($what, @rest) = split /\t/, $line, -1;
  $_ = pack 'H*', $_ for @rest;
  if ($what eq 'listen') { last }
  elsif ($what eq 'operation') { $operation = $rest[0] }
  elsif ($what eq 'processes') { $known{$_} = 1 for split / /, $rest[0] }
  elsif ($what eq 'cgroup') { $expected{$rest[0]} = 1 }
  elsif ($what eq 'freeze') { push @freezing, [@rest] }
  elsif ($what eq 'part') { $part = $parts{$rest[0]} = [] }
  elsif ($what eq 'item') { push @$part, [@rest] }
  else { push @{$part->[-1]}, [$do{$what}, @rest] }
}
$known{$$} = 1;

# The name of what failed and why, nothing when all that is required was done.
sub perform {
  my ($items) = @_;
  for my $item (@$items) {
    my ($name, $is_required, $done, $planned, @actions) = @$item;
    my $begin = clock($CLOCK_MONOTONIC);
    $detail = $planned;
    if (!eval { for (@actions) { my ($do, @fields) = @$_; $do->(@fields) } 1 }) {
      ($done, $detail) = (0, $@);
      $detail =~ s/[\t\n]+/ /g;
      return ($name, $detail) if $is_required;
    }
    push @report, join("\t", 'item', $name, $done, (clock($CLOCK_MONOTONIC) - $begin) / 1000, $detail);
  }
  return;
}

# A process that somebody started outside of what is frozen runs in every copy.
sub stranger {
  opendir(my $folder, '/proc') or return "/proc: $!";
  for my $pid (grep { /^\d+$/ && !$known{$_} } readdir $folder) {
    my $stat = content("/proc/$pid/stat") // next;
    my ($state, $flags) = (split / /, substr($stat, rindex($stat, ')') + 2))[0, 6];
    next if $state =~ /[ZX]/ || $flags & $PF_KTHREAD;
    my ($cgroup) = (content("/proc/$pid/cgroup") // next) =~ /^0::(.*)$/m;
    return "process $pid in $cgroup started while all were to be frozen" if !$expected{$cgroup};
  }
  return;
}

# The pid that the kernel gave out last, to a process or a thread. As long as it is the same, nobody has started.
sub newest_pid {
  my ($pid) = content('/proc/loadavg') =~ / (\d+)\n/ or return undef;
  return $pid;
}

# False for a cgroup that is gone: with it went whoever was to be frozen.
sub tell_cgroup {
  my ($folder, $state) = @_;
  sysopen(my $file, "$folder/cgroup.freeze", $O_WRONLY) or return;
  return defined syswrite($file, $state);
}

sub is_thawed {
  return (content("$_[0]/cgroup.events") // '') =~ /^frozen 0/m;
}

sub all_freeze {
  tell_cgroup($_->[0], '1') for @freezing;
  my $bound = clock($CLOCK_MONOTONIC) + $freeze_bound;
  for my $cgroup (@freezing) {
    while (is_thawed($cgroup->[0])) {
      return ($cgroup->[0], 'it does not freeze') if clock($CLOCK_MONOTONIC) > $bound;
      select undef, undef, undef, 0.001;
    }
  }
  my $stranger = stranger();
  return defined $stranger ? ('guest', $stranger) : ();
}

sub freeze {
  return ('adopter', 'it has adopted already') if defined $child;
  $newest = newest_pid();
  $is_frozen = 1;
  my @failure = all_freeze();
  return if !@failure;
  $newest = undef;
  $is_frozen = 0;
  for (@freezing) { my ($folder, $was_frozen) = @$_; tell_cgroup($folder, '0') if !$was_frozen }
  return @failure;
}

sub adopt {
  my ($of, $name, $secret, $time) = @_;
  $heard = clock($CLOCK_MONOTONIC);
  return ('adopter', 'it has adopted already') if defined $child;
  return ('adopter', "it knows nothing of operation $of") if $of ne $operation;
  return ('adopter', 'the groups are not frozen') if @freezing && !$is_frozen;
  my $items = $parts{"adopt $name"} or return ('adopter', "it knows no child $name");
  ($child, $entropy, $word) = ($name, pack('H*', $secret), $time);
  @report = ("child\t$child");
  my @failure = perform($items);
  return @failure if @failure;
  if (@freezing && !(defined $newest && (newest_pid() // '') eq $newest)) {
    my $stranger = stranger();
    return ('guest', $stranger) if defined $stranger;
  }
  put($progress, join("\n", @report, 'adopted', ''));
  return;
}

sub resume {
  return ('adopter', 'it has not adopted') if !defined $child;
  my @failure = perform($parts{"resume $child"});
  return @failure if @failure;
  put($progress, join("\n", @report, 'adopted', 'resumed', ''));
  return;
}

# Once before it counts: where the processor is emulated, code that runs for the first time is slow.
if (@freezing) { newest_pid(); is_thawed($_->[0]) for @freezing; stranger() }
print "ready\n";
my $buffer = '';
my %orders = (freeze => [\&freeze, 'frozen'], adopt => [\&adopt, 'adopted'], resume => [\&resume, 'resumed']);
for (;;) {
  my $end = index $buffer, "\n";
  if ($end < 0) {
    exit 1 if length $buffer > $longest;
    sysread($port, $buffer, $longest, length $buffer) or exit 0;
    next;
  }
  my ($what, @rest) = split /\t/, substr($buffer, 0, $end);
  $buffer = substr $buffer, $end + 1;
  my ($act, $done) = @{$orders{$what} // [sub { ('adopter', 'no such order') }]};
  my @failure = $act->(@rest);
  my $answer = @failure ? join("\t", 'failed', @failure) : $done;
  syswrite $port, substr($answer, 0, $longest - 1) . "\n";
}`
