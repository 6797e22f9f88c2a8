/** Where what is expensive to build is kept. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `$CLEAVE_CACHE`, or `cleave` in `$XDG_CACHE_HOME` or `~/.cache`. */
export function cacheDirectory(): string {
  const { CLEAVE_CACHE, XDG_CACHE_HOME } = process.env
  if (CLEAVE_CACHE) return CLEAVE_CACHE
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'cleave')
}
