/**
 * System calls that Node lacks, made by a small perl program, which every Debian has (perl-base is essential). It is
 * started when there is time and told what to do when there is none.
 */
import { arch } from 'node:process'
import { execa } from 'execa'
import { FailedError, UnavailableError } from '../../proto/errors.ts'

export interface SystemCalls {
  /** Answers when the program waits for calls. */
  awaitReady(): Promise<void>
  /** Makes the kernel's random generator take in what was mixed into its pool: RNDRESEEDCRNG, random(4). */
  reseed(): Promise<void>
  /** Sets the wall clock, in microseconds since 1970: clock_settime(2). */
  setClock(microseconds: number): Promise<void>
  /** Shows one file at the place of another: mount(2) with MS_BIND. */
  bindMount(source: string, target: string): Promise<void>
  close(): Promise<void>
}

// asm/unistd.h of each architecture.
const numbers: Partial<Record<string, { clock: number; mount: number }>> = {
  x64: { clock: 227, mount: 165 },
  arm64: { clock: 112, mount: 40 },
}

// RNDRESEEDCRNG is 0x5207, CLOCK_REALTIME 0, MS_BIND 4096. One line in, one line out.
const program = String.raw`
use strict; $| = 1; my ($clock, $mount) = @ARGV;
while (defined(my $line = <STDIN>)) {
  chomp $line; my ($what, $one, $other) = split /\t/, $line; my $done = 0;
  if ($what eq 'ready') {
    $done = 1;
  } elsif ($what eq 'reseed') {
    my $device; $done = open($device, '>', $one) && defined(ioctl($device, 0x5207, 0));
  } elsif ($what eq 'clock') {
    my $time = pack('q2', $one, $other); $done = syscall($clock + 0, 0, $time) == 0;
  } elsif ($what eq 'mount') {
    my $none = ''; $done = syscall($mount + 0, $one, $other, $none, 4096, $none) == 0;
  }
  print $done ? "ok\n" : "$!\n";
}`

const boundMilliseconds = 10_000

/**
 * Each call throws a `FailedError` (`SYSTEM_CALL_FAILED`), and an `UnavailableError` (`NO_SYSTEM_CALLS`) on an
 * architecture whose call numbers are not known.
 *
 * @param randomDevice @default '/dev/urandom'
 */
export function startSystemCalls(randomDevice = '/dev/urandom'): SystemCalls {
  const known = numbers[arch]
  const child = execa('perl', ['-e', program, String(known?.clock), String(known?.mount)], {
    reject: false,
    buffer: { stdout: false },
    maxBuffer: 100_000,
  })
  child.stdin.on('error', () => undefined)
  const answers = child.iterable()[Symbol.asyncIterator]()

  const whyEnded = async () => {
    const { stderr, exitCode, shortMessage } = await child
    return stderr || (exitCode === undefined ? shortMessage : `perl ended with ${exitCode}`)
  }

  // Answers come in the order of the questions, which need not wait for each other.
  const ask = async (...words: string[]) => {
    if (known === undefined) throw unknownArchitecture()
    child.stdin.write(`${words.join('\t')}\n`)
    const timer = setTimeout(() => child.kill('SIGKILL'), boundMilliseconds)
    try {
      const answer = await answers.next()
      if (answer.value === 'ok') return
      throw new FailedError({
        code: 'SYSTEM_CALL_FAILED',
        message: `${words[0]} failed: ${answer.value ?? (await whyEnded())}`,
        remedy: 'Check that perl is installed in the guest and that cleave-agent runs as root.',
      })
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    awaitReady: () => ask('ready'),
    reseed: () => ask('reseed', randomDevice),
    setClock: (microseconds) =>
      ask('clock', String(Math.floor(microseconds / 1e6)), String(Math.round(microseconds % 1e6) * 1000)),
    bindMount: (source, target) => ask('mount', source, target),
    async close() {
      const timer = setTimeout(() => child.kill('SIGKILL'), boundMilliseconds)
      child.stdin.end()
      await child
      clearTimeout(timer)
    },
  }
}

function unknownArchitecture(): UnavailableError {
  return new UnavailableError({
    code: 'NO_SYSTEM_CALLS',
    message: `the agent does not know the numbers of system calls on ${arch}`,
    remedy: 'Use a guest of the architecture x86-64 or arm64.',
  })
}
