/** What the identity room offers. */
import type {
  EstablishRequest,
  EstablishResponse,
  IdentityItem,
  MachineIdentity,
} from '../../proto/generated/messages.ts'

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

  /** True once {@link establish} or {@link adopt} gave this machine an identity of its own. */
  hasIdentity(): boolean

  /** For the split, in the parent: gets ready what {@link adopt} will need at once. Repeating it is harmless. */
  prepare(): Promise<void>

  /** For the split, in the parent: gives back what {@link prepare} took. */
  unprepare(): Promise<void>

  /**
   * For the split, in a child: all that is quick, while nobody runs.
   *
   * @param identity checked by checkIdentity
   * @throws FailedError `NO_NETWORK_IDENTITY`
   */
  adopt(identity: MachineIdentity, addresses: AddressChange): Promise<IdentityItem[]>

  /** For the split, in a child: the rest, while its groups run. */
  settle(): Promise<IdentityItem[]>
}

/** Service addresses, with prefix length, that a child keeps and gives up. */
export interface AddressChange {
  own: readonly string[]
  foreign: readonly string[]
}
