import fc from 'fast-check'
import t from 'tap'
import { chooseWay, type Obstacles, withNetworkStorage } from '../../../sdk/planning/choose-way.ts'
import { isStateful, ways } from '../../../sdk/planning/way.ts'

const choose = (obstacles: Obstacles, wish?: (typeof ways)[number]) =>
  chooseWay({ machine: 'vm', wish, obstacles })

t.test('what can not be had is never chosen, and memory is never discarded unasked', async () => {
  const obstacle = fc.option(fc.string({ minLength: 1 }), { nil: undefined })
  const all = fc.record({ fork: obstacle, suspend: obstacle, delta: obstacle, full: obstacle })
  fc.assert(
    fc.property(all, fc.option(fc.constantFrom(...ways), { nil: undefined }), (given, wish) => {
      const obstacles = Object.fromEntries(
        Object.entries(given).filter(([, text]) => text !== undefined),
      ) as Obstacles
      try {
        const { way, why } = choose(obstacles, wish)
        return (
          obstacles[way] === undefined && why !== '' && (wish === undefined ? isStateful(way) : way === wish)
        )
      } catch (error) {
        const { code, message } = error as { code: string; message: string }
        const missing = wish === undefined ? [obstacles.fork, obstacles.suspend] : [obstacles[wish]]
        return (
          code === 'WAY_UNAVAILABLE' && missing.every((text) => text !== undefined && message.includes(text))
        )
      }
    }),
  )
})

t.test('the quickest comes first, and the plan says why it is another one', async (t) => {
  t.match(choose({}), { way: 'fork', why: /quickest/ })
  t.match(choose({ fork: 'QEMU is too old' }), { way: 'suspend', why: /fork can't be had: QEMU is too old/ })
  t.match(choose({}, 'suspend'), { way: 'suspend', why: /asked for/ })
})

t.test('a refusal says what to do instead', async (t) => {
  const refused = (obstacles: Obstacles, wish: 'fork' | 'suspend' | undefined, remedy: RegExp) =>
    t.throws(() => choose(obstacles, wish), { code: 'WAY_UNAVAILABLE', remedy })
  refused({ fork: 'x' }, 'fork', /--way suspend/)
  refused({ suspend: 'x' }, 'suspend', /--way fork/)
  refused({ fork: 'x', suspend: 'y' }, 'fork', /--way delta/)
  refused({ fork: 'x', suspend: 'y' }, undefined, /--way delta/)
})

t.test('children that would all write storage by network can only boot', async (t) => {
  t.same(withNetworkStorage({ fork: 'x' }, []), { fork: 'x' })
  const obstacles = withNetworkStorage({}, ['nas:/docs, mounted at /srv'])
  for (const wish of [undefined, 'fork', 'suspend'] as const) {
    t.throws(() => choose(obstacles, wish), {
      code: 'WAY_UNAVAILABLE',
      message: /\(all children would write nas:\/docs, mounted at \/srv\)$/,
      remedy: /--way delta/,
    })
  }
  t.match(choose(obstacles, 'delta'), { way: 'delta' })
  t.throws(() => choose(withNetworkStorage({ fork: 'QEMU is too old' }, ['a']), undefined), {
    message: /by fork \(QEMU is too old\) or suspend \(all children would write a\)/,
  })
})
