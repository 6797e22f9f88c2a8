import type { Command } from 'commander'
import { splittingWorks } from '../doctor/check.ts'
import { exitCodes } from '../frame/exit-code.ts'
import { withFrame } from '../frame/frame.ts'
import { examinationText } from '../render/examination.ts'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say whether machines can be split on this host, and what is missing; changes nothing')
    .action(
      withFrame(async ({ settings, output }) => {
        const { examineHost } = await import('../doctor/examine-host.ts')
        const checks = await examineHost(settings)
        const works = splittingWorks(checks)
        output.result({
          document: { splittingWorks: works, checks },
          text: (look) => examinationText(checks, look),
        })
        if (!works) process.exitCode = exitCodes.unavailable
      }),
    )
}
