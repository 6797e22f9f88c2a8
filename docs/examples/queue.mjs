// A program that works through a queue, and wants to be in no job when its machine is split.
// node queue.mjs FOLDER: its own folder. It works as long as there is no file `backup` in it.
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { declareGroup } from 'cleave-vm/declare'

const [, , own, folder] = process.argv
const log = (line) => appendFileSync(join(own, 'log'), `${line}\n`)
let done = 0
let isPaused = false
let job = Promise.resolve()

await declareGroup({
  name: userInfo().username,
  folder,
  async beforeSplit({ children, wait }) {
    if (existsSync(join(own, 'backup'))) throw new Error('a backup runs')
    isPaused = true
    // A job may take longer than the ten seconds that there are without asking.
    wait(30)
    await job
    log(`paused after ${done} for ${children}`)
  },
  afterSplit({ outcome, child }) {
    log(outcome === 'split' ? `goes on in ${child}` : 'goes on as before')
    isPaused = false
  },
})

for (;;) {
  if (!isPaused) job = work()
  await delay(100)
}

async function work() {
  await delay(50)
  done += 1
  writeFileSync(join(own, 'done'), `${done}`)
}
