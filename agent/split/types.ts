/** What the split room offers. */
import type {
  AdoptRequest,
  AdoptResponse,
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
 * The guest's part of a stateful split. Calls wait for each other; each may be repeated with the same operation id.
 * All throw an `InvalidRequestError` (`BAD_OPERATION_ID`), and a `RefusedError` that changes nothing:
 * `WRONG_OPERATION` when another operation is under way, `NOT_QUIESCED` when none is, `WRONG_ORDER` when this one
 * is elsewhere on its way, `OPERATION_RELEASED` when it was taken back.
 */
export interface GuestSplit {
  /**
   * @throws RefusedError `GUEST_CHANGED` names the process or group that differs from the plan; all runs on
   * @throws RefusedError `PROTECTED` when a group holds a process that must never stop
   * @throws FailedError `NOT_FROZEN`, `NOT_GATHERED` name what did not freeze or move in time; all runs on
   * @throws BusyError `BUSY` while a group is being ended or started
   */
  quiesce(request: QuiesceRequest): Promise<QuiesceResponse>

  /** Also right when the quiesce failed or never came: then it answers no groups. */
  release(request: ReleaseRequest): Promise<ReleaseResponse>

  /**
   * @throws InvalidRequestError `BAD_IDENTITY`
   * @throws RefusedError `GUEST_CHANGED` when the groups are not those that were quiesced, or a workload process
   * started since; end this copy then
   * @throws FailedError `STILL_RUNNING` names foreign processes that did not end in time
   * @throws FailedError `NO_NETWORK_IDENTITY` when it could not take its addresses or give up foreign ones
   */
  adopt(request: AdoptRequest): Promise<AdoptResponse>

  resume(request: ResumeRequest): Promise<ResumeResponse>

  settle(request: SettleRequest): Promise<SettleResponse>

  /** The id of the operation under way, empty when there is none. */
  currentOperation(): string
}
