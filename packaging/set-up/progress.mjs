// Runs the programs of set-up and shows on standard error which one, and for how long.
import { spawn } from 'node:child_process'
import { Stop } from './stop.mjs'

/**
 * @callback Step
 * @param {string} doing what is done, in a few words
 * @param {string[]} command
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, failure: string }} options `failure`: what to say when it fails
 * @returns {Promise<void>}
 */

/** Longer than any step takes that still gets somewhere. */
const boundMinutes = 20

/** @type {Step} */
export async function step(doing, [file, ...args], { env, cwd, failure }) {
  const started = performance.now()
  const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`
  const isTerminal = process.stderr.isTTY
  if (!isTerminal) process.stderr.write(`${doing} …\n`)
  const show = () => process.stderr.write(`\r${doing} … ${seconds()}`)
  const timer = isTerminal ? setInterval(show, 1000) : undefined
  if (isTerminal) show()
  const { code, said } = await run(file, args, { env, cwd })
  clearInterval(timer)
  if (isTerminal) process.stderr.write(`\r${doing} … ${seconds()}\n`)
  else process.stderr.write(`${doing}: ${seconds()}\n`)
  if (code === 0) return
  process.stderr.write(said)
  throw new Stop(failure, 1)
}

/** Keeps what the program says: it is worth reading only when it fails. */
function run(file, args, { env, cwd }) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: boundMinutes * 60_000,
    })
    let said = ''
    const keep = (chunk) => {
      said = (said + chunk).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => resolve({ code: 1, said: `${error.message}\n` }))
    child.on('close', (code) => resolve({ code, said }))
  })
}
