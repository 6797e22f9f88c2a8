import t from 'tap'
import type { RouteEventInput } from '../../../proto/generated/route-messages.ts'
import { createWatchers } from '../../../proto/routing/watchers.ts'
import { route } from './sample-routes.ts'

/** A watcher that takes `pace` events, then no more until it is asked to go on. */
function slow(pace: number) {
  const events: RouteEventInput[] = []
  const failures: string[] = []
  let goOn = () => {}
  return {
    events,
    failures,
    goOn: () => goOn(),
    watcher: {
      send: (event: RouteEventInput) => events.push(event) % pace !== 0,
      whenReady: (callback: () => void) => {
        goOn = callback
      },
      fail: ({ code }: { code: string }) => void failures.push(code),
    },
  }
}

const brief = ({ route, deleted, complete }: RouteEventInput) =>
  complete ? 'complete' : deleted ? `-${deleted}` : `${route?.name} ${route?.number}`

t.test('all routes, then each change', (t) => {
  const watchers = createWatchers({ routes: () => [route('shop', { number: 1 })] })
  const { watcher, events } = slow(1000)
  const stop = watchers.add(watcher)
  watchers.tell({ route: route('shop', { number: 2 }) })
  watchers.tell({ deleted: 'shop' })
  stop()
  watchers.tell({ route: route('mail') })
  t.same(events.map(brief), ['shop 1', 'complete', 'shop 2', '-shop'])
  t.end()
})

t.test('a slow one is told the latest of each route, in order', (t) => {
  const watchers = createWatchers({ routes: () => [] })
  const { watcher, events, goOn } = slow(1)
  watchers.add(watcher)
  for (const number of [1, 2, 3]) watchers.tell({ route: route('shop', { number }) })
  watchers.tell({ route: route('mail', { number: 1 }) })
  watchers.tell({ deleted: 'shop' })
  goOn()
  goOn()
  goOn()
  t.same(events.map(brief), ['complete', 'mail 1', '-shop'])
  t.end()
})

t.test('one that is too far behind is told no more', (t) => {
  const watchers = createWatchers({ routes: () => [], longestBacklog: 3 })
  const { watcher, events, failures } = slow(1)
  watchers.add(watcher)
  for (const name of ['a', 'b', 'c', 'd', 'e']) watchers.tell({ deleted: name })
  t.same(failures, ['WATCH_TOO_SLOW'])
  t.same(events.map(brief), ['complete'])
  t.end()
})

t.test('there may be so many', (t) => {
  const watchers = createWatchers({ routes: () => [] })
  const add = () => watchers.add(slow(1000).watcher)
  const stops = Array.from({ length: 256 }, add)
  t.throws(add, { code: 'TOO_MANY_WATCHERS' })
  stops[0]?.()
  t.doesNotThrow(add)
  t.end()
})
