import type { ProcessesHandlers } from '../../proto/generated/messages.ts'
import { findGroup } from './find-group.ts'
import type { TakeSurvey } from './survey.ts'
import type { Unary } from './unary.ts'

export function processesService(unary: Unary, survey: TakeSurvey): ProcessesHandlers {
  return {
    ListProcesses: unary('listProcesses', async ({ group }) => {
      const { groups, processes } = await survey()
      if (group === '') return { processes }
      const { name } = findGroup(groups, group)
      return { processes: processes.filter((process) => process.group === name) }
    }),
  }
}
