import fc from 'fast-check'
import t from 'tap'
import { spreadOverImages } from '../../../sdk/planning/base-images.ts'

const names = (count: number) => Array.from({ length: count }, (_, index) => `child-${index}`)

t.test('the first are on the disk of the parent, the others on copies', async (t) => {
  const spread = spreadOverImages(names(5), { way: 'delta', childrenPerImage: 2 })
  t.same(spread, [undefined, undefined, 'child-2', 'child-2', 'child-4'])
  t.same(spreadOverImages(names(2), { way: 'fork', childrenPerImage: undefined }), [undefined, undefined])
})

t.test('no image has more children than is asked for, and none is made for nobody', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 1, max: 70 }),
      (count, childrenPerImage) => {
        const children = names(count)
        const spread = spreadOverImages(children, { way: 'delta', childrenPerImage })
        const sizes = [...Map.groupBy(spread, (image) => image).values()].map(({ length }) => length)
        t.ok(sizes.every((size) => size <= childrenPerImage))
        t.equal(sizes.length, Math.ceil(count / childrenPerImage))
        t.ok(spread.every((image, index) => image === undefined || children.indexOf(image) <= index))
      },
    ),
  )
})

t.test('what makes no sense is refused', async (t) => {
  for (const childrenPerImage of [0, -1, 1.5])
    t.throws(() => spreadOverImages(names(2), { way: 'delta', childrenPerImage }), {
      code: 'BAD_IMAGE_COUNT',
    })
  t.throws(() => spreadOverImages(names(2), { way: 'fork', childrenPerImage: 1 }), {
    code: 'BAD_IMAGE_COUNT',
    message: /by fork/,
  })
})
