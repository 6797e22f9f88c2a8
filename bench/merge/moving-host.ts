/** Two machines, and groups with a disk each, which move from one to the other and back. */

import { buildImage } from '../../packaging/image/build-image.ts'
import type { Machine } from '../../sdk/machine/machine.ts'
import { groupNamed, startMoreWithDisks, startWithDisks } from '../../test/e2e/support/data-disks.ts'
import { openTestHost, type TestHost } from '../../test/e2e/support/host.ts'

export interface MovingHost extends AsyncDisposable {
  host: TestHost
  /** That has the groups now, and the other one. */
  machines(): { from: Machine; to: Machine }
  /** Says that they went over. */
  swap(): void
  /** Makes groups until there are so many. */
  grow(count: number): Promise<void>
}

export async function openMovingHost(say: (line: string) => void): Promise<MovingHost> {
  await using resources = new AsyncDisposableStack()
  const host = resources.use(await openTestHost())
  say('boot two machines')
  let from = await startWithDisks(host, { name: 'one', numbers: [1], memoryMiB: 1024 })
  let known = 1
  let to = await host.cleave.machines.create({
    name: 'two',
    image: (await buildImage({ name: 'disks' })).directory,
    memoryMiB: 1024,
  })
  await to.start()
  for (const { name } of [from, to]) await writeSeldom(host, name)
  const owned = resources.move()
  return {
    host,
    machines: () => ({ from, to }),
    swap: () => {
      ;[from, to] = [to, from]
    },
    grow: async (count) => {
      const more = numbersUpTo(count).slice(known)
      known = count
      if (more.length > 0) say(`make ${more.length} more file systems`)
      await startMoreWithDisks(host, from, more)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** What is measured is how disks move. Ten writers that never rest leave an emulated processor no time for anything else. */
async function writeSeldom(host: TestHost, machine: string): Promise<void> {
  const shell = await host.shell(machine)
  const folder = '/run/systemd/system/data@.service.d'
  await shell.run(`mkdir -p ${folder}; printf '[Service]\\nEnvironment=INTERVAL=2\\n' >${folder}/seldom.conf`)
  await shell.run("systemctl daemon-reload; systemctl try-restart 'data@*'")
}

const numbersUpTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

export const groupsNamed = (count: number) => numbersUpTo(count).map(groupNamed)
