/** A user without any right beyond that of a user, who runs programs of this checkout in a home of their own. */
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../../../packaging/package-root.ts'
import { memoryFolder } from '../../../sdk/hypervisor/qemu/memory/memory-file.ts'

export interface User extends AsyncDisposable {
  /** Where their machines are when they say nothing else. */
  readonly home: string
  /** The image, where they can read it. */
  readonly image: string
  /** Runs a file of the checkout, whose output is text. */
  run(file: string, ...words: string[]): Promise<Ran>
  /** Runs `cleave … --json`. */
  cleave(...words: string[]): Promise<Ran & { document: Record<string, never> }>
}

export interface Ran {
  exitCode: number | undefined
  signal: string | undefined
  stdout: string
  stderr: string
}

/** Nobody, in a group of their own: they own nothing. */
const id = 65_534

/**
 * They may not look into the folders of root, where checkout and image can be: both are shown elsewhere. What the test runner
 * would have each Node do writes to the checkout.
 */
const asUser = `
unset NODE_OPTIONS
mount --bind "$1" "$3/checkout" && mount --bind "$2" "$3/image" && cd "$3" && shift 3 &&
exec setpriv --reuid ${id} --regid ${id} --clear-groups --bounding-set -all --inh-caps -all --no-new-privs "$@"`

export async function openUser({ image }: { image: string }): Promise<User> {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-'))
  await chmod(folder, 0o755)
  for (const name of ['checkout', 'image', 'user']) await mkdir(join(folder, name))
  await chown(join(folder, 'user'), id, id)
  const checkout = join(folder, 'checkout')
  const run: User['run'] = async (file, ...words) => {
    const node = join(checkout, 'node_modules', '.bin', 'node')
    const command = [node, join(checkout, file), ...words]
    const { exitCode, signal, stdout, stderr } = await execa(
      'unshare',
      ['--mount', 'sh', '-c', asUser, 'sh', packageRoot(), image, folder, ...command],
      {
        reject: false,
        stdin: 'ignore',
        timeout: 240_000,
        // An empty variable is one that is not set.
        env: { PATH: process.env['PATH'] ?? '', HOME: join(folder, 'user'), XDG_DATA_HOME: '', LC_ALL: 'C' },
        extendEnv: false,
      },
    )
    return { exitCode, signal, stdout, stderr }
  }
  const home = join(folder, 'user', '.local', 'share', 'cleave')
  const cleave: User['cleave'] = async (...words) => {
    const ran = await run('sdk/cli/main.ts', '--json', ...words)
    return { ...ran, document: JSON.parse(ran.stdout || '{}') }
  }
  return {
    home,
    image: join(folder, 'image'),
    run,
    cleave,
    [Symbol.asyncDispose]: async () => {
      const { machines = [] } = (await cleave('vm', 'list')).document as { machines?: Listed[] }
      for (const { name } of machines.sort(latestFirst)) await cleave('vm', 'delete', '--force', name)
      await rm(memoryFolder(home), { recursive: true, force: true })
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Listed {
  name: string
  createdAt: string
}

/** A disk goes before the one that it is based on. */
function latestFirst(one: Listed, other: Listed): number {
  return other.createdAt.localeCompare(one.createdAt)
}
