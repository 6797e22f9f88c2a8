/**
 * The version of the wire contract. It changes only when an older host or agent could do harm: what is merely
 * new is listed in GetInfoResponse.features instead.
 */
export const protocolVersion = 1

/** The feature of an agent that tells others in its guest of a split: service Hooks. */
export const hooksFeature = 'hooks'

/** The feature of an agent that knows of the disks of groups: service Disks. */
export const disksFeature = 'disks'

/** The feature of an agent that lets processors and memory come and go: service Resources. */
export const resourcesFeature = 'resources'

/** The version of this release, as in package.json: a bundled agent reads no files of its own. */
export const releaseVersion = '0.1.0'
