/** Tells neighbours where an address is now, so that they don't go on asking the machine that had it. */
import { ExecaError, execa } from 'execa'
import { FailedError } from '../../proto/errors.ts'
import { addressFamily } from './address.ts'

export interface Announcement {
  /** Of the interface. */
  name: string
  macAddress: string
  /** With prefix length. */
  addresses: readonly string[]
}

const boundMilliseconds = 10_000

/**
 * Sends ARP announcements (RFC 5227, 3) for IPv4 addresses, each three times: a switch may still learn. For IPv6 the kernel
 * does it itself (ndisc_notify).
 *
 * @throws FailedError `NOT_ANNOUNCED`
 */
export async function announceAddresses({ name, macAddress, addresses }: Announcement): Promise<void> {
  const hosts = addresses
    .map((address) => address.split('/')[0] ?? '')
    .filter((host) => addressFamily(host) === 4)
  if (hosts.length === 0) return
  try {
    await execa('perl', ['-e', program, name, macAddress, ...hosts], {
      timeout: boundMilliseconds,
      stdin: 'ignore',
      maxBuffer: 10_000,
    })
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error
    throw new FailedError({
      code: 'NOT_ANNOUNCED',
      message: `${name} could not announce ${hosts.join(', ')}: ${error.stderr || error.shortMessage}`,
      remedy: 'Neighbours find the address by themselves when what they know of it is too old.',
      cause: error,
    })
  }
}

// A raw socket is more than Node has; perl is there for the adopter.
const program = String.raw`
use strict;
my ($name, $mac, @hosts) = @ARGV;
my ($AF_PACKET, $SOCK_RAW, $ETH_P_ARP, $ARPHRD_ETHER, $ETH_P_IP) = (17, 3, 0x0806, 1, 0x0800);
open(my $file, '<', "/sys/class/net/$name/ifindex") or die "$name: $!\n";
my $index = <$file> + 0;
my $from = pack 'H12', $mac =~ tr/://dr;
my $all = "\xff" x 6;
socket(my $socket, $AF_PACKET, $SOCK_RAW, 0) or die "socket: $!\n";
my $target = pack 'S n i S C C a8', $AF_PACKET, $ETH_P_ARP, $index, $ARPHRD_ETHER, 0, 6, $all;
for my $round (1 .. 3) {
  for my $host (@hosts) {
    my $address = pack 'C4', split /\./, $host;
    my $packet = pack 'n n C C n a6 a4 a6 a4', $ARPHRD_ETHER, $ETH_P_IP, 6, 4, 1, $from, $address, "\0" x 6, $address;
    defined send($socket, $all . $from . pack('n', $ETH_P_ARP) . $packet, 0, $target) or die "send: $!\n";
  }
  select undef, undef, undef, 0.05 if $round < 3;
}
`
