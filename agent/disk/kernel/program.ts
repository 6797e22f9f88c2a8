/**
 * Makes system calls that Node has not. Where the processor is emulated, a program such as mount takes longer to start than
 * the kernel takes to mount: this one starts once for many disks. It is perl as the adopter is (agent/adopter/program.ts).
 *
 * Arguments: numbers of system calls. It reads one call a line, words parted by tabs, all but the first in hexadecimal, and
 * answers each with a line: the number of the error, 0 for none, and what was read, in hexadecimal.
 */
export const kernelProgram = String.raw`
use strict;
my ($mount, $unmount, $sync) = map { $_ + 0 } @ARGV;
my ($O_RDONLY, $O_NONBLOCK, $ENOENT, $EIO) = (0, 0x800, 2, 5);
my $content;
umask 022;
$| = 1;

sub make_folders {
  my $path = '';
  for (grep { length } split m{/}, $_[0]) { $path .= "/$_"; mkdir $path, 0755 }
}

my %do = (
  mount => sub {
    my ($source, $target, $type, $flags, $data) = @_;
    my $is_done = sub { syscall($mount, $source, $target, $type, $flags + 0, $data) == 0 };
    return 1 if $is_done->();
    return 0 if $! != $ENOENT;
    make_folders($target);
    return $is_done->();
  },
  unmount => sub {
    my ($target, $flags) = @_;
    return syscall($unmount, $target, $flags + 0) == 0;
  },
  sync => sub {
    sysopen(my $place, $_[0], $O_RDONLY | $O_NONBLOCK) or return 0;
    return syscall($sync, fileno $place) == 0;
  },
  read => sub {
    my ($path, $offset, $length) = @_;
    sysopen(my $file, $path, $O_RDONLY) or return 0;
    defined sysseek($file, $offset, 0) or return 0;
    return (sysread($file, $content, $length) // 0) == $length;
  },
);

while (defined(my $line = <STDIN>)) {
  chomp $line;
  my ($what, @fields) = split /\t/, $line, -1;
  $_ = pack 'H*', $_ for @fields;
  ($content, $!) = ('', 0);
  my $error = $do{$what}->(@fields) ? 0 : ($! + 0 || $EIO);
  print $error, "\t", unpack('H*', $content), "\n";
}
`
