/** How two processes meet at a stream socket. Perl has `$family` and the packed `$address`. */
import type { Owner, SampleOptions } from '../../process/sample-process.ts'
import { type SamplePair, startPair } from './sample-pair.ts'

export const listen = `socket(my $l, $family, SOCK_STREAM, 0) or die; bind($l, $address) or die "bind: $!";
  listen($l, 5); push @keep, $l`

export const accept = `${listen}; accept(my $c, $l) or die; push @keep, $c`

// The other process may not listen yet.
export const connect = `socket(my $s, $family, SOCK_STREAM, 0) or die;
  for (1 .. 1500) { last if connect($s, $address); select undef, undef, undef, 0.02 } push @keep, $s`

/** @param address sets `$family` and `$address` */
export async function startMeeting(
  owner: Owner,
  address: string,
  options?: SampleOptions,
): Promise<SamplePair> {
  return startPair(owner, { before: address, first: accept, second: connect }, options)
}

/** @param name a Perl string */
export const unixAddress = (name: string) => `my $family = AF_UNIX; my $address = pack_sockaddr_un(${name})`

// In a network namespace of its own, with a loopback.
export const ownNetwork = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
