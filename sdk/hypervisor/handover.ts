/** How a machine goes over to other processes with its memory. */

export interface PauseTimings {
  /** From the parent's stop until every child runs, in milliseconds. */
  pauseMs: number
  /** Parts of the pause by name, in milliseconds, in order. */
  parts: { name: string; milliseconds: number }[]
}

/** A parent and its children, connected so that nothing is left to do but the pause itself. */
export interface Fork extends AsyncDisposable {
  /**
   * Right before {@link run}: gives what takes part in the pause a processor before others, where the host permits it,
   * until the pause is over.
   */
  precede(): Promise<void>
  /**
   * Once: stops the parent, hands its state to every child and lets them run, all of them cut off from the network:
   * nothing that they send leaves them, what is sent to them waits. When it throws, the parent is stopped and no
   * child can be relied on: end them, then resume the parent.
   */
  run(): Promise<PauseTimings>
  /** Frees the connections. A child that was not given its state can't be given it any more. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Why no child can go on from a machine's memory, in words, for each way. A way that is not there can be had. */
export interface MemoryObstacles {
  fork?: string
  suspend?: string
}

/**
 * A parent whose whole state will go into a file, and its children, each with memory of its own, which will load it. All
 * that it takes for that is freed with it.
 */
export interface Suspension extends AsyncDisposable {
  /**
   * Once: stops the parent and saves its state, memory included. From now on what is sent to the child that keeps its
   * MAC address waits for it. When it throws, the parent may be stopped: resume it.
   *
   * @throws UnavailableError `NO_SPACE`
   * @throws FailedError `STATE_NOT_SAVED`, `STATE_NOT_HANDED_OVER`
   */
  save(): Promise<void>
  /**
   * Once, after that: gives the state to every child and lets them run, all of them cut off from the network, as
   * {@link Fork.run} does. When it throws, no child can be relied on: end them, then resume the parent.
   *
   * @throws FailedError `STATE_NOT_HANDED_OVER`
   */
  restore(): Promise<PauseTimings>
  /** Frees the file: a child that has not loaded it can't any more, or fails to. */
  [Symbol.asyncDispose](): Promise<void>
}

/** How a machine went over to another process. */
export interface TwinTimings {
  /** From the stop of the first process until the twin ran, in milliseconds. */
  downtimeMs: number
  /** With the copying of memory, while the machine ran on. */
  totalMs: number
}
