/** Whether a process runs, by the processor time that it uses. For processes that never rest by themselves. */
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** Ticks that a process has used, with all its threads. */
function used(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

export async function runs(pid: number): Promise<boolean> {
  const before = used(pid)
  for (let look = 0; look < 100; look++) {
    await setTimeout(50)
    if (used(pid) > before) return true
  }
  return false
}

export async function stands(pid: number): Promise<boolean> {
  const before = used(pid)
  await setTimeout(200)
  return used(pid) === before
}
