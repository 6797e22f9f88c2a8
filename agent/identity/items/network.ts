import { done, type QuickItem } from './item.ts'

/** MAC address, own addresses, default route and service addresses. */
export const network: QuickItem = {
  name: 'network',
  async apply({ addresses }) {
    return done(await addresses.apply())
  },
}
