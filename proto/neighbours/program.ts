/**
 * What is said on a link about who has an address: ARP (RFC 826, 5227) and neighbour discovery (RFC 4861, 4862). A raw socket is
 * more than Node has; every Debian has perl.
 *
 * Arguments: what to do, the interface, then addresses in hexadecimal. `announce` says that they are here,
 * `probe` asks who has them and prints a line for each answer: the address and the MAC address.
 */
export const neighboursProgram = String.raw`
use strict;
my ($what, $name, @hosts) = @ARGV;
my ($AF_INET, $SOCK_DGRAM, $SIOCGIFINDEX, $SIOCGIFHWADDR) = (2, 2, 0x8933, 0x8927);
my ($AF_PACKET, $SOCK_RAW, $SOL_PACKET, $PACKET_ADD_MEMBERSHIP, $PACKET_MR_ALLMULTI) = (17, 3, 263, 1, 2);
my ($ETH_P_ARP, $ETH_P_IP, $ETH_P_IPV6, $ARPHRD_ETHER, $ICMPV6, $NS, $NA) = (0x0806, 0x0800, 0x86dd, 1, 58, 135, 136);
my ($rounds, $pause, $patience, $override) = (3, 0.1, 0.2, 0x20000000);
my ($index) = unpack 'i', asked_of($name, $SIOCGIFINDEX);
my ($from) = unpack 'x2 a6', asked_of($name, $SIOCGIFHWADDR);
my %family = (4 => [], 16 => []);
push @{$family{length $_}}, $_ for map { pack 'H*', $_ } @hosts;

# Not by /sys, which may be that of another network namespace.
sub asked_of {
  my ($name, $what) = @_;
  my $request = pack 'a16 x24', $name;
  socket(my $socket, $AF_INET, $SOCK_DGRAM, 0) or die "socket: $!\n";
  ioctl($socket, $what, $request) or die "$name: $!\n";
  return substr $request, 16;
}

# Bound at once to one protocol of one interface.
sub opened {
  my ($protocol) = @_;
  socket(my $socket, $AF_PACKET, $SOCK_RAW, 0) or die "socket: $!\n";
  setsockopt $socket, $SOL_PACKET, $PACKET_ADD_MEMBERSHIP, pack 'i S S a8', $index, $PACKET_MR_ALLMULTI, 0, '' or die "$name: $!\n";
  bind $socket, pack 'S n i S C C a8', $AF_PACKET, $protocol, $index, 0, 0, 0, '' or die "$name: $!\n";
  return $socket;
}

sub arp {
  my ($sender, $target) = @_;
  my $packet = pack 'n n C C n a6 a4 a6 a4', $ARPHRD_ETHER, $ETH_P_IP, 6, 4, 1, $from, $sender, "\0" x 6, $target;
  return "\xff" x 6 . $from . pack('n', $ETH_P_ARP) . $packet;
}

sub discovery {
  my ($source, $target, $type, $flags, $host, $option) = @_;
  my $message = pack 'C C n N a16 a*', $type, 0, 0, $flags, $host, $option;
  my $pseudo = $source . $target . pack 'N N', length $message, $ICMPV6;
  my $sum = unpack '%32n*', $pseudo . $message;
  $sum = ($sum & 0xffff) + ($sum >> 16) for 1, 2;
  substr($message, 2, 2) = pack 'n', ~$sum & 0xffff;
  my $header = pack 'N n C C a16 a16', 0x60000000, length $message, $ICMPV6, 255, $source, $target;
  return "\x33\x33" . substr($target, 12) . $from . pack('n', $ETH_P_IPV6) . $header . $message;
}

my $all_nodes = pack 'H32', 'ff020000000000000000000000000001';
sub solicited { return pack('H26', 'ff0200000000000000000001ff') . substr $_[0], 13 }

my %packets = (
  announce => {
    4 => sub { arp($_[0], $_[0]) },
    16 => sub { discovery($_[0], $all_nodes, $NA, $override, $_[0], "\x02\x01$from") },
  },
  probe => {
    4 => sub { arp("\0" x 4, $_[0]) },
    16 => sub { discovery("\0" x 16, solicited($_[0]), $NS, 0, $_[0], '') },
  },
);

# The address that a packet says somebody has. Who only asks, as this does, has none.
sub claimed {
  my ($packet) = @_;
  my $protocol = unpack 'x12 n', $packet;
  if ($protocol == $ETH_P_ARP && length $packet >= 42) {
    return unpack 'x28 a4', $packet;
  }
  if ($protocol == $ETH_P_IPV6 && length $packet >= 78) {
    my ($next, $hops, $type, $host) = unpack 'x20 C C x32 C x7 a16', $packet;
    return $host if $next == $ICMPV6 && $hops == 255 && $type == $NA;
  }
  return '';
}

my %sockets = map { $_ => opened($_ == 4 ? $ETH_P_ARP : $ETH_P_IPV6) } grep { @{$family{$_}} } keys %family;
my %asked = map { $_ => 1 } map { @$_ } values %family;
my %seen;
# The kernel says how much of the time is left (select(2) of Linux).
sub listen_for {
  my ($left) = @_;
  while ($left > 0) {
    my $bits = '';
    vec($bits, fileno $_, 1) = 1 for values %sockets;
    (my $found, $left) = select($bits, undef, undef, $left);
    return if $found < 1;
    for my $socket (grep { vec $bits, fileno $_, 1 } values %sockets) {
      defined recv $socket, my $packet, 2048, 0 or next;
      my $owner = substr $packet, 6, 6;
      my $host = claimed($packet);
      next if $owner eq $from || !$asked{$host} || $seen{$host . $owner}++;
      print unpack('H*', $host), ' ', join(':', unpack '(H2)6', $owner), "\n";
    }
  }
}

$| = 1;
for my $round (1 .. $rounds) {
  for my $size (keys %sockets) {
    for my $host (@{$family{$size}}) {
      defined send $sockets{$size}, $packets{$what}{$size}->($host), 0 or die "$name: $!\n";
    }
  }
  if ($what eq 'probe') { listen_for($round < $rounds ? $pause : $patience) }
  elsif ($round < $rounds) { select undef, undef, undef, $pause / 2 }
}
`
