import t from 'tap'
import { imagesBelow } from '../../../sdk/planning/disk-chain.ts'

const image = { disk: 'whole', backing: 'image' }
const child = { disk: 'child', backing: 'whole' }
const grandchild = { disk: 'grandchild', backing: 'child' }

t.test('the nearest first, down to the image that all began with', async (t) => {
  const machines = [grandchild, image, child]
  t.same(imagesBelow(grandchild, machines), ['child', 'whole', 'image'])
  t.same(imagesBelow(image, machines), ['image'])
  t.same(imagesBelow({ disk: 'copy' }, machines), [])
})

t.test('a circle ends', async (t) => {
  const circle = [
    { disk: 'a', backing: 'b' },
    { disk: 'b', backing: 'a' },
  ]
  t.same(imagesBelow({ disk: 'a', backing: 'b' }, circle), ['b', 'a'])
})
