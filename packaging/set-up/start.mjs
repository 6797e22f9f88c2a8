// Hands over to the program that set-up was for.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** Signals that are passed on; a terminal sends SIGINT to both by itself. */
const passedOn = ['SIGTERM', 'SIGHUP']

/**
 * Runs a program with this one's input, output and signals until it ends.
 *
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} its exit code; 128 and the signal's number when a signal ended it, as a shell has it
 */
export function start([file, ...args], env) {
  const child = spawn(file, args, { env, stdio: 'inherit' })
  for (const signal of passedOn) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => {})
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}
