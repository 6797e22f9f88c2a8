export function modulesMatch(top: string): boolean
export function isPrepared(top: string): boolean
export function markPrepared(top: string): void
