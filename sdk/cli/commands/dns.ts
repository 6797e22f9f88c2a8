import type { Command } from 'commander'
import { parseFile } from '../arguments/names.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { runServer } from '../frame/run-server.ts'

interface DnsOptions {
  config?: string
  check?: boolean
  export?: string
}

export function addDns(program: Command): void {
  program
    .command('dns')
    .description('run the DNS server: the same as the program cleave-dns')
    .option('--config <file>', 'its settings (default /etc/cleave/dns.yaml)', parseFile)
    .option('--check', 'say what is wrong with the settings and the zone files')
    .option('--export <zone>', 'write a zone as it is now, as a zone file')
    .addHelpText('after', examples(['dns --config dns.yaml', 'dns --config dns.yaml --export example.org']))
    .action(
      withFrame(async (_frame, options: DnsOptions) => {
        await runServer('dns', [
          ...(options.config === undefined ? [] : ['--config', options.config]),
          ...(options.check === true ? ['--check'] : []),
          ...(options.export === undefined ? [] : ['--export', options.export]),
        ])
      }),
    )
}
