/** The agent of one guest, as the host sees it. */
import type {
  AfterSplitRequestInput,
  AfterSplitResponse,
  BeforeSplitRequestInput,
  BeforeSplitResponse,
  BequeathRequestInput,
  BequeathResponse,
  ChildInput,
  DiskReport,
  DiskState,
  EstablishRequestInput,
  EstablishResponse,
  FreezeGroupResponse,
  GetInfoResponse,
  GetResourcesResponse,
  GroupingInput,
  InheritResponse,
  ListGroupsResponse,
  MayPartResponse,
  MemoryRangeInput,
  Process,
  QuiesceResponse,
  ReleaseResponse,
  ResumeResponse,
  SettleResponse,
  SetWallClockResponse,
  StartGroupResponse,
  TakeGroupsRequestInput,
  TakeGroupsResponse,
  TerminateGroupResponse,
  ThawGroupResponse,
  YieldGroupsRequestInput,
  YieldGroupsResponse,
} from '../../proto/generated/messages.ts'

/**
 * A session with an agent. Every call has a deadline (proto/deadlines.ts) and throws what the agent threw, or an
 * `UnansweredError` (`NO_ANSWER`). Close it: a machine's channel serves one session at a time.
 */
export interface AgentClient extends AsyncDisposable {
  /** Whether its session is over, so that another one has to be begun. */
  isOver(): boolean
  info(): Promise<GetInfoResponse>
  powerOff(): Promise<void>
  processes(options?: { group?: string }): Promise<Process[]>
  groups(options?: { grouping?: GroupingInput }): Promise<ListGroupsResponse>
  mayPart(group: string, other: string): Promise<MayPartResponse>
  freeze(group: string): Promise<FreezeGroupResponse>
  thaw(group: string): Promise<ThawGroupResponse>
  terminate(group: string, options?: { graceMs?: number }): Promise<TerminateGroupResponse>
  start(group: string): Promise<StartGroupResponse>
  quiesce(request: {
    operationId: string
    children: ChildInput[]
    replicated: string[]
    grouping: GroupingInput
  }): Promise<QuiesceResponse>
  release(operationId: string): Promise<ReleaseResponse>
  resume(operationId: string): Promise<ResumeResponse>
  settle(request: { operationId: string; entropy: Uint8Array }): Promise<SettleResponse>
  bequeath(request: BequeathRequestInput): Promise<BequeathResponse>
  inherit(operationId: string): Promise<InheritResponse>
  establish(request: EstablishRequestInput): Promise<EstablishResponse>
  beforeSplit(request: BeforeSplitRequestInput): Promise<BeforeSplitResponse>
  /** Without a child when the split was taken back. */
  afterSplit(request: AfterSplitRequestInput): Promise<AfterSplitResponse>
  yieldGroups(request: YieldGroupsRequestInput): Promise<YieldGroupsResponse>
  takeGroups(request: TakeGroupsRequestInput): Promise<TakeGroupsResponse>
  setWallClock(microseconds: number): Promise<SetWallClockResponse>
  listDisks(): Promise<DiskState[]>
  /** @param options.waitMs for each device. @default 10_000 */
  mountDisks(options: { groups: string[]; waitMs?: number }): Promise<DiskReport[]>
  /**
   * @param options.free ends whoever holds them. @default false
   * @param options.discard nobody keeps them: takes down also what is made of them. @default false
   * @param options.graceMs from SIGTERM to SIGKILL. @default 10_000
   */
  unmountDisks(options: {
    groups: string[]
    free?: boolean
    discard?: boolean
    graceMs?: number
  }): Promise<DiskReport[]>
  resources(): Promise<GetResourcesResponse>
  setProcessors(processors: number): Promise<GetResourcesResponse>
  /** @param from what is given back first */
  setMemory(bytes: number, from?: MemoryRangeInput[]): Promise<GetResourcesResponse>
  close(): Promise<void>
}
