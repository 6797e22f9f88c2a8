import type { Command } from 'commander'
import { parseFile } from '../arguments/names.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { runServer } from '../frame/run-server.ts'

interface ProxyOptions {
  config?: string
  check?: boolean
}

export function addProxy(program: Command): void {
  program
    .command('proxy')
    .description('run the proxy: the same as the program cleave-proxy')
    .option('--config <file>', 'its settings (default /etc/cleave/proxy.yaml)', parseFile)
    .option('--check', 'say what is wrong with the settings')
    .addHelpText('after', examples(['proxy --config proxy.yaml', 'proxy --check --config proxy.yaml']))
    .action(
      withFrame(async (_frame, options: ProxyOptions) => {
        await runServer('proxy', [
          ...(options.config === undefined ? [] : ['--config', options.config]),
          ...(options.check === true ? ['--check'] : []),
        ])
      }),
    )
}
