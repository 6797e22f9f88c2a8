import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuiltImage, imageFiles } from '../../../packaging/image/image.ts'

export interface ImageVariant extends AsyncDisposable {
  directory: string
}

/** The same image, whose kernel is told more. */
export async function withKernelArguments(image: BuiltImage, more: string): Promise<ImageVariant> {
  const directory = await mkdtemp(join(tmpdir(), 'cleave-image-'))
  const { description, ...files } = imageFiles
  for (const name of Object.values(files)) await symlink(join(image.directory, name), join(directory, name))
  const described = JSON.parse(await readFile(join(image.directory, description), 'utf8'))
  const commandLine = `${described.commandLine} ${more}`
  await writeFile(join(directory, description), JSON.stringify({ ...described, commandLine }))
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
}
