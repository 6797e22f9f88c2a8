import { done, type QuickItem } from './item.ts'

/** MAC address, own addresses, default route and service addresses. */
export const network: QuickItem = {
  name: 'network',
  prepare:
    () =>
    async ({ addresses }) =>
      done(await addresses.apply()),
}
