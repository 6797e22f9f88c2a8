/** What the identity room offers. */
import type { EstablishRequest, EstablishResponse, IdentityItem } from '../../proto/generated/messages.ts'
import type { PlanChild } from './plan-child.ts'

/** What makes a machine itself, and not a copy of another. */
export interface GuestIdentity {
  /**
   * Gives a machine that booted from a template an identity of its own, and keeps it in /var/lib/cleave. The same
   * identity may be established again.
   *
   * @throws InvalidRequestError `BAD_IDENTITY` before anything is changed
   * @throws RefusedError `HAS_IDENTITY` when the machine already has another one
   */
  establish(request: EstablishRequest): Promise<EstablishResponse>

  /**
   * Brings the network up again with what was established, and serves the service addresses of the groups that
   * belong here; finishes what a loss of power interrupted. Call it once when the agent starts; does nothing without a
   * stored identity. Never throws for an item that failed: it is in the answer.
   */
  applyStored(): Promise<IdentityItem[]>

  /**
   * Brings up and announces the service addresses of the groups that belong here by now, and takes others away. Does nothing
   * without a stored identity, or without addresses. Never throws for an item that failed: it is in the answer.
   *
   * @param addresses of groups that come or go, with prefix length
   */
  serve(addresses: { came: readonly string[]; gone: readonly string[] }): Promise<IdentityItem[]>

  /**
   * For addresses that are to come to this machine: whether nobody on the network has them. Does nothing without a stored
   * identity.
   *
   * @throws RefusedError `ADDRESS_IN_USE`
   * @throws FailedError `NOT_PROBED`
   */
  refuseTaken(addresses: readonly string[]): Promise<void>

  /** True once {@link establish}, or a split, gave this machine an identity of its own. */
  hasIdentity(): boolean

  /**
   * For the split, in the parent: looks at what the identities of its children will be made from.
   *
   * @param interfaceName that they name; empty for the one that carries the parent's
   */
  lookForChildren(interfaceName: string): Promise<PlanChild>

  /**
   * Sets the clock to the host's word and what has passed since it was heard. Never throws for a clock that can't be set:
   * it is in the answer.
   *
   * @param word when it was heard is a performance.now()
   * @throws InvalidRequestError `BAD_IDENTITY`
   */
  setWallClock(word: { microseconds: number; heardAt: number }): Promise<IdentityItem>

  /**
   * For the split, in a child that was adopted: the items that take long, while its groups run.
   *
   * @param secret of this machine alone; may be empty
   */
  settle(secret: Uint8Array): Promise<IdentityItem[]>
}
