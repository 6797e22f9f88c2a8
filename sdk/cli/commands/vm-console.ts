import type { Command } from 'commander'
export function addVmConsole(vm: Command): void {
  vm.command('console')
}
