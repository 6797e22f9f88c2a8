/** Guests of the image `cloud`, into which the agent is still to be brought. */
import { buildImage } from '../../../packaging/image/build-image.ts'
import { UnansweredError } from '../../../proto/errors.ts'
import { consolePrompts } from './console.ts'
import type { TestHost } from './host.ts'

export const witnesses = ['witness-a', 'witness-b', 'witness-c']
export const children = [
  { name: 'left', groups: ['witness-a'] },
  { name: 'right', groups: ['witness-b', 'witness-c'] },
]

/** A machine without an agent, which its host could not give an address. */
export async function startWithoutAgent(host: TestHost, name: string) {
  const image = await buildImage({ name: 'cloud' })
  const machine = await host.cleave.machines.create({ name, image: image.directory, memoryMiB: 512 })
  await machine.start({ timeoutMs: 1000 }).catch((error: unknown) => {
    if (!(error instanceof UnansweredError)) throw error
  })
  await consolePrompts(machine.record())
  return { machine, run: (await host.shell(name)).run }
}
