/** What the split room offers. */
import type {
  BequeathRequest,
  BequeathResponse,
  InheritRequest,
  InheritResponse,
  QuiesceRequest,
  QuiesceResponse,
  ReleaseRequest,
  ReleaseResponse,
  ResumeRequest,
  ResumeResponse,
  SettleRequest,
  SettleResponse,
} from '../../proto/generated/messages.ts'

/**
 * The guest's part of a split. Calls wait for each other; each may be repeated with the same operation id.
 * All throw an `InvalidRequestError` (`BAD_OPERATION_ID`), and a `RefusedError` that changes nothing:
 * `WRONG_OPERATION` when another operation is under way, `NOT_QUIESCED` when none is, `WRONG_ORDER` when this one
 * is elsewhere on its way, `OPERATION_RELEASED` when it was taken back.
 */
export interface GuestSplit {
  /**
   * Leaves an adopter waiting, which freezes every workload group when the host tells it, and knows what each child will
   * be. Nothing is frozen yet. When it is repeated, it looks at the guest anew.
   *
   * @throws InvalidRequestError `BAD_IDENTITY`, `BAD_NAME`, `GROUP_NAMED_TWICE`
   * @throws UnavailableError `NO_ADOPTER_PORT`, and FailedError `NO_ADOPTER`; all runs on
   * @throws RefusedError `GUEST_CHANGED` names the process or group that differs from the plan; all runs on
   * @throws RefusedError `USER_MANAGED` when a user's own systemd could start a foreign group again; all runs on
   * @throws RefusedError `PROTECTED` when a group holds a process that must never stop
   * @throws FailedError `NOT_GATHERED` names what did not move in time; all runs on
   * @throws RefusedError `NOT_SETTLED` when an earlier split is not done with this machine
   * @throws BusyError `BUSY` while a group is being ended or started
   */
  quiesce(request: QuiesceRequest): Promise<QuiesceResponse>

  /** Also right when the quiesce failed or never came: then it answers no groups. */
  release(request: ReleaseRequest): Promise<ReleaseResponse>

  /** In a child that was adopted. Its adopter does the same when the host tells it. */
  resume(request: ResumeRequest): Promise<ResumeResponse>

  /** @throws FailedError `STILL_RUNNING` names foreign processes that did not end in time */
  settle(request: SettleRequest): Promise<SettleResponse>

  /**
   * In a parent that is to power off: leaves on its disk, for each child that will boot from it, its identity and the
   * units that it is to start, and marks that hold every workload group until it inherits. When it is repeated, it looks
   * at the guest anew.
   *
   * @throws InvalidRequestError `BAD_IDENTITY`, `BAD_NAME`, `GROUP_NAMED_TWICE`
   * @throws RefusedError `GUEST_CHANGED`, `USER_MANAGED`; `NOT_RESTARTABLE` names processes that no unit would start again;
   *   `NO_SYSTEMD`; `NOT_SETTLED`
   */
  bequeath(request: BequeathRequest): Promise<BequeathResponse>

  /**
   * In a child that booted: takes its own groups' marks away, brings up their service addresses, and starts what ran in
   * the parent. What did not start is in the answer.
   *
   * @throws RefusedError `NOT_BEQUEATHED`
   */
  inherit(request: InheritRequest): Promise<InheritResponse>

  /** The id of the operation under way, empty when there is none. */
  currentOperation(): string
}
