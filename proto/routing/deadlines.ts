/** How long each call of the routing service may take, in milliseconds. Both sides keep to this table. */
export const routeDeadlines = {
  // A proxy may open a listening socket first.
  put: 10_000,
  // Beyond the time that the request gives what is in flight.
  hold: 5_000,
  switch: 5_000,
  release: 5_000,
  delete: 5_000,
  list: 15_000,
} as const
