/** What the resource room offers. */
import type {
  GetResourcesResponse,
  SetMemoryRequest,
  SetProcessorsRequest,
} from '../../proto/generated/messages.ts'

/** Processors and memory that come and go while the guest runs. */
export interface GuestResources {
  get(): Promise<GetResourcesResponse>

  /**
   * Uses so many processors, and lets the others rest: those with the highest numbers. The first one always runs. May be repeated.
   *
   * @throws InvalidRequestError `BAD_RESOURCES`
   * @throws UnavailableError `TOO_MANY_CPUS` when the kernel has no room for so many, `CPUS_MISSING` when they were not plugged in within 20 seconds
   * @throws FailedError `CPU_REFUSED`
   */
  setProcessors(request: SetProcessorsRequest): Promise<GetResourcesResponse>

  /**
   * Uses so much memory. What is taken into use can be given back later: nothing of the kernel's own goes there. When not as
   * much can be given back as asked for, none is. May be repeated.
   *
   * @throws InvalidRequestError `BAD_RESOURCES` when it is no multiple of a block
   * @throws RefusedError `MEMORY_IN_USE` when programs would be left with too little
   * @throws UnavailableError `MEMORY_MISSING` when it was not plugged in within 20 seconds
   * @throws FailedError `MEMORY_REFUSED`, `MEMORY_NOT_RELEASED`
   */
  setMemory(request: SetMemoryRequest): Promise<GetResourcesResponse>
}
