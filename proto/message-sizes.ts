/** Bounds of one message, in bytes: both sides refuse what is longer. */

/** The longest request names every group of a guest. */
export const longestRequest = 4 * 1024 * 1024

/** The longest answer lists thousands of processes with their command lines, and 10,000 edges. */
export const longestAnswer = 16 * 1024 * 1024
