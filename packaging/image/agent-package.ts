/** Where the agent's package for an image comes from. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '../../proto/errors.ts'
import { packageRoot } from '../package-root.ts'

/**
 * Builds the agent's package from this checkout, or finds the one built from the same sources.
 *
 * @throws UnavailableError (`NO_AGENT_PACKAGE`) where there are no sources, as in a package installed by npm
 */
export async function obtainAgentPackage(): Promise<string> {
  const entry = join(packageRoot(), 'agent', 'main.ts')
  if (!existsSync(entry)) {
    throw new UnavailableError({
      code: 'NO_AGENT_PACKAGE',
      message: 'the sources of the agent are not here, so its package cannot be built',
      remedy:
        'Name the cleave-agent_*.deb to install in the image; "npm run package" in a checkout builds it.',
    })
  }
  // Only a checkout has what the build needs.
  const { buildAgentPackage } = await import('../agent/build-package.ts')
  return (await buildAgentPackage()).file
}
