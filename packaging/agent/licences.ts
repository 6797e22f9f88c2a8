/** The licences of what the agent's executable contains. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

const licenceFile = /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i

/** All licence texts, each under the name and version of its package. A package without such a file is named alone. */
export async function licences(packages: readonly string[]): Promise<string> {
  const texts: string[] = []
  for (const folder of packages) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const files = (await readdir(folder)).filter((file) => licenceFile.test(basename(file))).sort()
    const contents = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
    texts.push([`${name} ${version} (${license})`, ...contents].join('\n\n').trimEnd())
  }
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
