/** Options mean what they mean to mount(8). */
import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import fc from 'fast-check'
import t from 'tap'
import { createKernelCalls } from '../../../../agent/disk/kernel/calls.ts'
import { mountFlags } from '../../../../agent/disk/kernel/mount-flags.ts'
import { isInNamespaces, runInNamespaces } from '../../namespaces.ts'

/** What the kernel says of the mount at a place, but for its numbers. */
function shownOf(place: string): string {
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((words) => words.split(' ')[4] === place)
  return line?.split(' ').slice(5).join(' ') ?? ''
}

if (!isInNamespaces()) await runInNamespaces(import.meta.filename)
else {
  t.test('mount(8) and mount(2) come to the same', async (t) => {
    const place = t.testdir({})
    await using kernel = createKernelCalls()
    const option = fc.constantFrom(
      ...[
        'ro',
        'rw',
        'nosuid',
        'suid',
        'nodev',
        'dev',
        'noexec',
        'exec',
        'sync',
        'async',
        'dirsync',
        'defaults',
      ],
      ...['noatime', 'nodiratime', 'diratime', 'relatime', 'strictatime', 'lazytime', 'nolazytime', 'nofail'],
      ...['size=64k', 'mode=0700', 'uid=12', 'auto', 'noauto', 'nouser'],
    )
    await fc.assert(
      fc.asyncProperty(fc.array(option, { maxLength: 5 }), async (options) => {
        const words = options.length === 0 ? [] : ['-o', options.join(',')]
        await execa('mount', ['-t', 'tmpfs', ...words, 'same', place])
        const expected = shownOf(place)
        await execa('umount', [place])
        const flags = mountFlags(options)
        if (flags === undefined) throw new Error('it is left to mount(8)')
        const call = { do: 'mount', source: 'same', target: place, fileSystem: 'tmpfs', ...flags } as const
        t.equal((await kernel.make(call, 10_000))?.error, 0)
        const shown = shownOf(place)
        await kernel.make({ do: 'unmount', target: place, flags: 0 }, 10_000)
        if (shown !== expected) throw new Error(`${shown} is not ${expected}`)
      }),
      { numRuns: 60 },
    )
  })

  t.test('what only mount(8) understands is left to it', async (t) => {
    const others = [
      'x-gvfs-show',
      'X-mount.subdir=a',
      '_netdev',
      'loop',
      'loop=/dev/loop1',
      'offset=512',
      'user',
    ]
    const more = [
      'owner',
      'uid=root',
      'gid=disk',
      'bind',
      'remount',
      'private',
      'rshared',
      'context="a,b"',
      'helper=x',
    ]
    for (const option of [...others, ...more]) {
      t.equal(mountFlags(['noatime', option]), undefined, option)
      t.equal(mountFlags([`noatime,${option}`]), undefined, option)
    }
    t.equal(mountFlags(['a'.repeat(4096)]), undefined, 'more than a page')
    t.same(mountFlags(['commit=5,ro', 'data=ordered']), { flags: 1, data: 'commit=5,data=ordered' })
  })
}
