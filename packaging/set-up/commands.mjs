// What each npm script runs once everything is set up.

/**
 * @typedef {object} Command
 * @property {string} entry the TypeScript file that does the work, from the top of the checkout
 * @property {string[]} [args] its first arguments
 * @property {boolean} machines whether it runs or makes virtual machines, and so needs Debian packages
 */

/** @type {Record<string, Command>} */
export const commands = {
  bench: { entry: 'bench/main.ts', machines: true },
  cleave: { entry: 'sdk/cli/main.ts', machines: true },
  demo: { entry: 'packaging/demo/main.ts', machines: true },
  package: { entry: 'packaging/agent/main.ts', machines: false },
  test: { entry: 'packaging/test-run/main.ts', machines: true },
  'test:fast': { entry: 'packaging/test-run/main.ts', args: ['--fast'], machines: false },
}
