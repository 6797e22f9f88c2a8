export function missingPackages(list: string): string[]
