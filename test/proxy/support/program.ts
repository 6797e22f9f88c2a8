import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Test } from 'tap'
import { connectRoutes } from '../../../proto/routing/client.ts'
import { shortFolder } from '../../sdk/hypervisor/qemu/short-folder.ts'
import { until } from './connections.ts'

export const program = join(import.meta.dirname, '../../../proxy/main.ts')

/** The proxy as a process of its own, once it serves. @param prefix a command that starts it */
export async function startProgram(t: Test, settings: object, prefix: string[] = []) {
  const folder = shortFolder(t)
  const settingsFile = join(folder, 'proxy.yaml')
  const socket = join(folder, 'control')
  const write = (next: object) => writeFile(settingsFile, JSON.stringify({ control: { socket }, ...next }))
  await write(settings)
  const routes = await connectRoutes({ address: `unix:${socket}`, peer: 'the proxy' })
  t.teardown(routes.close)

  const start = async () => {
    const [command = process.execPath, ...words] = [
      ...prefix,
      process.execPath,
      program,
      '--config',
      settingsFile,
    ]
    const child = execa(command, words, { reject: false, timeout: 120_000 })
    t.teardown(async () => {
      child.kill('SIGKILL')
      await child
    })
    let hasEnded = false
    child.then(() => {
      hasEnded = true
    })
    const lines: string[] = []
    child.stdout?.on('data', (text) => lines.push(...String(text).split('\n')))
    await until(async () => {
      if (hasEnded) throw new Error(`it ended: ${(await child).stderr}`)
      return lines.some((line) => line.includes('the proxy serves'))
    })
    return {
      child,
      lines,
      hasEnded: () => hasEnded,
      openFiles: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
    }
  }
  return { folder, settingsFile, write, start, routes }
}
