/** A machine that mounts a disk of a SAN claims it, so that no other one mounts it, too. */
import { CleaveError, RefusedError } from '../../proto/errors.ts'
import type { Disk } from '../../proto/generated/messages.ts'
import type { DiskKeys } from './disk-keys.ts'
import { nameOf } from './match.ts'
import { type Registrations, registrations } from './registrations.ts'

export interface Claims {
  /**
   * May be repeated.
   *
   * @param device the path of the whole disk
   * @returns for people: why it is not claimed; empty when it is
   * @throws RefusedError `DISK_HELD_ELSEWHERE`
   * @throws FailedError `REGISTRATION_FAILED`, `BAD_DISK_KEYS`
   * @throws UnansweredError `PROGRAM_STUCK`
   */
  claim(device: string, disk: Disk): Promise<string>
  /**
   * What is not claimed by this machine stays as it is.
   *
   * @returns for people: why it still is claimed; empty when it is not
   */
  release(device: string): Promise<string>
}

export interface ClaimsOptions {
  keys: DiskKeys
  /** Knows the keys of all machines. @default the disk itself */
  target?: Registrations
}

const mostTries = 3

export function createClaims({ keys, target = registrations }: ClaimsOptions): Claims {
  const othersOf = (registered: readonly string[]) => {
    const own = keys.own()
    return registered.filter((key) => !own.has(key))
  }

  const claim = async (device: string, disk: Disk): Promise<void> => {
    const key = await keys.keep()
    for (let tries = 0; tries < mostTries; tries++) {
      const before = await target.read(device)
      const holders = othersOf(before)
      if (holders.length > 0) throw heldElsewhere(disk, holders)
      await target.register(device, key)
      const registered = await target.read(device)
      const others = othersOf(registered)
      if (others.length > 0) {
        // Two at once: both see the other. One that had it before keeps it.
        if (before.length === 0) await target.unregister(device)
        throw heldElsewhere(disk, others)
      }
      // Another one that gave it up meanwhile may have cleared this one's key, too.
      if (registered.includes(key)) return
    }
    throw heldElsewhere(disk, [])
  }

  const release = async (device: string): Promise<void> => {
    const registered = await target.read(device)
    const own = keys.own()
    if (!registered.some((key) => own.has(key))) return
    if (othersOf(registered).length > 0) return await target.unregister(device)
    // A target may know the sessions of one machine as several, each with its key.
    const key = await keys.keep()
    await target.register(device, key)
    await target.clear(device, key)
  }

  return {
    async claim(device, disk) {
      try {
        await claim(device, disk)
        return ''
      } catch (error) {
        if (!(error instanceof CleaveError) || !mayPass.has(error.code)) throw error
        return `other machines are not kept from it: ${error.message}`
      }
    },
    async release(device) {
      try {
        await release(device)
        return ''
      } catch (error) {
        if (!(error instanceof CleaveError)) throw error
        return mayPass.has(error.code) ? '' : `its key stays registered: ${error.message}`
      }
    },
  }
}

const mayPass = new Set(['NO_PROGRAM', 'NO_REGISTRATIONS'])

function heldElsewhere(disk: Disk, others: readonly string[]): RefusedError {
  const holders = [...new Set(others)].slice(0, 3).map((key) => `0x${key}`)
  return new RefusedError({
    code: 'DISK_HELD_ELSEWHERE',
    message: `${nameOf(disk)} is claimed by another machine, with the key ${holders.join(', ') || 'that it took off again'}`,
    remedy:
      'Unmount it in the machine that has this key in /var/lib/cleave/disk-keys.json; start that first when it was ' +
      'lost. When it is gone for good, take its claim off (docs/disks.md, section "One writer").',
  })
}
