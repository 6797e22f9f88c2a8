/** The agent's listing of processes, with and without coupling, beside libraries that list processes, in turns. */
import { setTimeout as delay } from 'node:timers/promises'
import psList from 'ps-list'
import systeminformation from 'systeminformation'
import { createSurvey } from '../agent/group/survey.ts'
import { createProcessSource } from '../agent/process/create-source.ts'
import { startCrowd } from './crowd.ts'
import { longestHold } from './longest-hold.ts'
import { type Row, row } from './row.ts'

const rounds = 15
const crowds = [50, 1000]
// systeminformation answers anew only after half a second.
const betweenRoundsMs = 600
const aims = { surveyMs: 100, holdMs: 20 }

interface Measures {
  list: number[]
  survey: number[]
  processorTime: number[]
  firstSurvey: number[]
  hold: number[]
  psList: number[]
  psListHold: number[]
  systeminformation: number[]
}

/** Measures on this machine, beside whatever else runs on it. */
export async function measureAgentListing(say: (line: string) => void): Promise<Row[]> {
  const rows: Row[] = []
  for (const count of crowds) {
    say(`${count} processes, ${rounds} rounds`)
    await using _crowd = await startCrowd(count)
    rows.push(...toRows(count, await measure()))
  }
  return rows
}

async function measure(): Promise<Measures> {
  const source = createProcessSource()
  const known = createSurvey({ groupsFolder: '/nowhere' })
  const measures: Measures = {
    list: [],
    survey: [],
    processorTime: [],
    firstSurvey: [],
    hold: [],
    psList: [],
    psListHold: [],
    systeminformation: [],
  }
  // A first round that does not count: code is compiled, files of the disk are read.
  for (let round = -1; round < rounds; round++) {
    await delay(betweenRoundsMs)
    const found: Record<keyof Measures, number> = {
      list: await timed(() => source.list()),
      psList: await timed(() => psList()),
      survey: await timed(() => known.survey()),
      systeminformation: await timed(() => systeminformation.processes()),
      firstSurvey: await timed(() => createSurvey({ groupsFolder: '/nowhere' }).survey()),
      processorTime: await processorTime(() => known.survey()),
      hold: await longestHold(() => known.survey()),
      psListHold: await longestHold(() => psList()),
    }
    if (round < 0) continue
    for (const key of Object.keys(found) as (keyof Measures)[]) measures[key].push(found[key])
  }
  return measures
}

function toRows(count: number, measures: Measures): Row[] {
  const among = `among ${count} processes`
  const systemInformation = { name: 'systeminformation, list only', values: measures.systeminformation }
  const surveyAim = {
    text: `under ${aims.surveyMs} ms`,
    met: (value: number) => value < aims.surveyMs,
  }
  return [
    row({
      what: `list ${among}`,
      unit: 'ms',
      values: measures.list,
      peer: { name: 'ps-list', values: measures.psList },
    }),
    row({
      what: `list, couple and group ${among}`,
      unit: 'ms',
      values: measures.survey,
      peer: systemInformation,
      aim: surveyAim,
    }),
    row({
      what: `processor time of the agent's own thread for that ${among}`,
      unit: 'ms',
      values: measures.processorTime,
    }),
    row({
      what: `list, couple and group for the first time ${among}`,
      unit: 'ms',
      values: measures.firstSurvey,
      peer: systemInformation,
      aim: surveyAim,
    }),
    row({
      what: `longest hold of the event loop ${among}`,
      unit: 'ms',
      values: measures.hold,
      peer: { name: 'ps-list, list only', values: measures.psListHold },
      aim: { text: `never over ${aims.holdMs} ms`, met: () => Math.max(...measures.hold) <= aims.holdMs },
    }),
  ]
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Unlike a clock it does not count what others on the machine do meanwhile. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const start = process.threadCpuUsage()
  await work()
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000
}
