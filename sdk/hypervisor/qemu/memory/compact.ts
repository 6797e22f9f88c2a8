import { existsSync } from 'node:fs'
import { FailedError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import { runProgram } from '../program.ts'
import { status } from '../status.ts'
import { allMemoryBytes } from './size.ts'

/** It reads all of the memory: a gigabyte takes about a second. */
const msPerMiB = 30
const mebibyte = 1024 * 1024

/**
 * Gives back the pages of a machine's memory files that hold nothing but zeros. Whoever maps it reads zeros there as
 * before. Without effect on files that are gone. May be repeated.
 *
 * @throws FailedError `MEMORY_WRITTEN` when the machine runs: what it wrote in between would be lost
 */
export async function compactMemory(machine: MachineRecord): Promise<void> {
  const { name, memoryFile, plugged } = machine
  if ((await status(machine)) === 'running') {
    throw new FailedError({
      code: 'MEMORY_WRITTEN',
      message: `${name} runs and writes to ${memoryFile}: no page of it can be given back`,
      remedy: 'This is a defect of Cleave: please report it.',
    })
  }
  const timeoutMs = 10_000 + Math.ceil(allMemoryBytes(machine) / mebibyte) * msPerMiB
  for (const file of [memoryFile, ...(plugged?.memory ?? []).map((memory) => memory.file)]) {
    if (existsSync(file)) await digHoles(file, timeoutMs)
  }
}

async function digHoles(file: string, timeoutMs: number): Promise<void> {
  await runProgram({
    command: 'nice',
    arguments: ['-n', '19', 'fallocate', '--dig-holes', file],
    package: 'util-linux',
    timeoutMs,
  })
}
