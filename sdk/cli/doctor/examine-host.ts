/** Everything that has to be right on a host. Looks only, and changes nothing. */
import { bridgeObstacle } from '../../hypervisor/qemu/network/choose.ts'
import { findRights } from '../../hypervisor/qemu/rights.ts'
import { completeSettings, type Settings } from '../../settings.ts'
import { builtImages } from '../image/built-images.ts'
import { checkAcceleration } from './acceleration.ts'
import type { Check } from './check.ts'
import { judgeImages } from './image.ts'
import { checkLogout } from './logout.ts'
import { checkNetwork } from './network.ts'
import { judgePrecedence } from './precedence.ts'
import { checkPrograms } from './programs.ts'
import { checkMemory, checkSpace } from './room.ts'
import { judgeNode, judgeSystem } from './system.ts'

export async function examineHost(settings: Partial<Settings>): Promise<Check[]> {
  const { home } = completeSettings(settings)
  const [{ images }, rights] = await Promise.all([builtImages(), findRights()])
  const [programs, acceleration, network, ...room] = await Promise.all([
    checkPrograms({ bridge: bridgeObstacle(rights) === undefined }),
    checkAcceleration({ home, boot: images[0]?.boot }),
    checkNetwork(rights),
    checkMemory(home),
    checkSpace(home),
  ])
  return [
    judgeSystem({ platform: process.platform, architecture: process.arch }),
    judgeNode(process.versions.node),
    ...programs,
    acceleration,
    network,
    judgePrecedence(rights),
    ...room,
    checkLogout(),
    judgeImages(images, process.getuid?.() === 0),
  ]
}
