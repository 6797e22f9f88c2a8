/** What the hook room offers. */
import type {
  AfterSplitRequest,
  AfterSplitResponse,
  BeforeSplitRequest,
  BeforeSplitResponse,
} from '../../proto/generated/messages.ts'

/**
 * Tells those who want to know of a split. Each call may be repeated with the same operation id: whoever was told and has
 * done what it does is not told again. Both throw an `InvalidRequestError` (`BAD_OPERATION_ID`, `BAD_NAME`,
 * `TOO_MANY_GROUPS`).
 */
export interface GuestHooks {
  /**
   * Asks everybody at the same time. The first that is not done ends the others.
   *
   * @throws RefusedError `OPERATION_RELEASED` when the split was taken back
   */
  beforeSplit(request: BeforeSplitRequest): Promise<BeforeSplitResponse>

  /** Also right when nobody was asked. */
  afterSplit(request: AfterSplitRequest): Promise<AfterSplitResponse>
}
