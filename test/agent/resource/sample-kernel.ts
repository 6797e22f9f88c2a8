import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createResources } from '../../../agent/resource/resources.ts'

const mebibyte = 1024 * 1024

export interface SampleKernel {
  /** By index: whether it is in use. */
  blocks?: readonly boolean[]
  /** Those beside the first. */
  processors?: readonly boolean[]
  availableMiB?: number
}

export const blockBytes = 128 * mebibyte

/** A folder that looks like what the kernel shows of processors and memory, and the resources in it. */
export function sampleKernel(t: Test, { blocks = [], processors = [], availableMiB = 4096 }: SampleKernel) {
  const cpus = processors.map((isOnline, index) => [`cpu${index + 1}`, { online: isOnline ? '1\n' : '0\n' }])
  const memory = blocks.map((isOnline, index) => [
    `memory${index}`,
    { state: isOnline ? 'online\n' : 'offline\n' },
  ])
  const system = {
    cpu: {
      possible: '0-3\n',
      present: `0-${processors.length}\n`,
      online: '0\n',
      cpu0: {},
      ...Object.fromEntries(cpus),
    },
    memory: {
      block_size_bytes: '8000000\n',
      auto_online_blocks: 'offline\n',
      power: {},
      ...Object.fromEntries(memory),
    },
  }
  const root = t.testdir({
    proc: { meminfo: `MemTotal: 1 kB\nMemAvailable: ${availableMiB * 1024} kB\n` },
    sys: { devices: { system } },
  })
  const path = (name: string) => join(root, 'sys/devices/system', name)
  return {
    path,
    read: (name: string) => readFileSync(path(name), 'utf8').trim(),
    resources: createResources(root, { arrivalMs: 20, releaseMs: 400 }),
  }
}
