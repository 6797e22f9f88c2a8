// What each npm script runs once everything is set up.

/**
 * @typedef {object} Command
 * @property {string} entry the TypeScript file that does the work, from the top of the checkout
 * @property {string[]} [args] its first arguments
 * @property {boolean} debian whether it needs the Debian packages that are listed in debian-packages
 */

/** @type {Record<string, Command>} */
export const commands = {
  bench: { entry: 'bench/main.ts', debian: true },
  cleave: { entry: 'sdk/cli/main.ts', debian: true },
  demo: { entry: 'packaging/demo/main.ts', debian: true },
  package: { entry: 'packaging/agent/main.ts', debian: false },
  test: { entry: 'packaging/test-run/main.ts', debian: true },
  'test:fast': { entry: 'packaging/test-run/main.ts', args: ['--fast'], debian: true },
}
