/** Bounds of routes, and what a 0 in one stands for. Pure. */
import type { HealthCheck, Naming, Proxying } from '../generated/route-messages.ts'

/** Of one table. */
export const mostRoutes = 10_000
/** Of one table: of the routes that were deleted longest ago the number is forgotten. */
export const mostDeleted = 10_000
export const mostBackends = 256
export const mostNames = 256
export const mostAlpn = 16
/** Numbers are exact up to there. */
export const highestNumber = Number.MAX_SAFE_INTEGER
export const longestDrainMs = 60_000
/** Bytes of one message: a route with all its backends and names is far smaller. */
export const longestMessage = 1024 * 1024
/** Bytes of a list: ten thousand ordinary routes. */
export const longestList = 64 * 1024 * 1024

export interface Holding {
  /** Connections, or requests. */
  waiting: number
  /** Of each of them. */
  bytes: number
  milliseconds: number
}

export function holdingOf({ holdLimits }: Proxying): Holding {
  return {
    waiting: holdLimits?.waiting || 10_000,
    bytes: holdLimits?.bytes || 65_536,
    milliseconds: holdLimits?.milliseconds || 30_000,
  }
}

export function checkOf({ path, intervalMilliseconds, threshold }: HealthCheck): HealthCheck {
  return { path, intervalMilliseconds: intervalMilliseconds || 2000, threshold: threshold || 3 }
}

export function timeToLiveOf({ ttlSeconds }: Naming): number {
  return ttlSeconds || 2
}
