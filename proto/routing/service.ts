/** The routing service as gRPC has it. */
import type { handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js'
import { UnansweredError } from '../errors.ts'
import type {
  RouteChange,
  RouteEventInput,
  RoutesHandlers,
  WatchRoutesRequest,
} from '../generated/route-messages.ts'
import { toStatus } from '../status.ts'
import type { Change, RouteEntry } from './change.ts'
import { checkHold, checkNamed, checkPut, checkSwitch } from './check.ts'
import { routeDeadlines } from './deadlines.ts'
import type { Routes } from './routes.ts'

/** Called for each call that failed, for the server's log. */
export type OnFailure = (call: string, error: unknown) => void

export function routesService(routes: Routes, onFailure: OnFailure): RoutesHandlers {
  const answer = ({ name, number }: RouteEntry): RouteChange => ({
    name,
    number,
    inFlight: routes.inFlight(name),
  })

  const unary =
    <Request, Response>(
      call: keyof typeof routeDeadlines,
      work: (request: Request, signal: AbortSignal) => Promise<Response>,
    ): handleUnaryCall<Request, Response> =>
    (asked, reply) => {
      const ended = new AbortController()
      asked.once('cancelled', () => ended.abort())
      const begun = (async () => work(asked.request, ended.signal))()
      withinDeadline({ call, request: asked.request, work: begun, signal: ended.signal }).then(
        (response) => reply(null, response),
        (error) => {
          onFailure(call, error)
          reply(toStatus(error))
        },
      )
    }

  const changing = <Request>(
    call: Exclude<keyof typeof routeDeadlines, 'list' | 'hold'>,
    read: (request: Request) => Change,
  ) => unary(call, async (request: Request) => answer(await routes.change(read(request))))

  return {
    PutRoute: changing('put', ({ route }) => checkPut(route)),
    SwitchRoute: changing('switch', checkSwitch),
    ReleaseRoute: changing('release', (request) => checkNamed('release', request)),
    DeleteRoute: changing('delete', (request) => checkNamed('delete', request)),
    HoldRoute: unary('hold', async (request, signal) => {
      const { change, drainMs } = checkHold(request)
      const entry = await routes.change(change)
      if (drainMs === 0) return answer(entry)
      return { ...answer(entry), inFlight: await routes.drain(entry.name, drainMs, signal) }
    }),
    ListRoutes: unary('list', async () => ({ routes: routes.status() })),
    WatchRoutes: watching(routes, onFailure),
  }
}

function watching(
  routes: Routes,
  onFailure: OnFailure,
): handleServerStreamingCall<WatchRoutesRequest, RouteEventInput> {
  return (call) => {
    const fail = (error: unknown): void => {
      onFailure('watch', error)
      call.emit('error', toStatus(error))
    }
    try {
      const stop = routes.watch({
        send: (event) => call.write(event),
        whenReady: (callback) => void call.once('drain', callback),
        fail,
      })
      call.once('close', stop)
      call.once('cancelled', stop)
    } catch (error) {
      fail(error)
    }
  }
}

/** A call that its caller gave no time for has a bound, too. One that was given up ends at once. */
async function withinDeadline<Response>(options: {
  call: keyof typeof routeDeadlines
  request: unknown
  work: Promise<Response>
  signal: AbortSignal
}): Promise<Response> {
  const { call, request, work, signal } = options
  const { drainMilliseconds = 0 } = request as { drainMilliseconds?: number }
  const limitMs = routeDeadlines[call] + drainMilliseconds
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const fail = (): void => reject(tooSlow(call, limitMs))
    timer = setTimeout(fail, limitMs)
    signal.addEventListener('abort', fail, { once: true })
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function tooSlow(call: string, limitMs: number): UnansweredError {
  return new UnansweredError({
    code: 'TOO_SLOW',
    message: `${call} was not done within ${limitMs} ms and may still be under way`,
    remedy: 'List the routes, then repeat the change with the same number.',
  })
}
