export function missingPackages(list: string): string[]
export function servicesOf(list: string, names: string[]): string[]
