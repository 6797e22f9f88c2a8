import t from 'tap'
import { imagesBelow, lastingImage } from '../../../sdk/planning/disk-chain.ts'

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

t.test('what stays below is of no other machine', async (t) => {
  const one = (name: string, backing?: string) => ({
    name,
    directory: `/machines/${name}`,
    disk: `/machines/${name}/root.qcow2`,
    ...(backing !== undefined && { backing }),
  })
  const image = '/images/base.qcow2'
  const copied = '/machines/keeper/below.qcow2'
  const whole = one('whole', image)
  const child = one('child', whole.disk)
  const keeper = one('keeper', copied)
  const sharer = one('sharer', copied)
  const below = one('below', sharer.disk)
  const copy = one('copy')
  const ofCopy = one('of-copy', copy.disk)
  const machines = [whole, child, keeper, sharer, below, copy, ofCopy]
  for (const machine of [whole, child]) t.equal(lastingImage(machine, machines), image)
  t.equal(lastingImage(keeper, machines), copied, 'its own')
  for (const machine of [sharer, below, copy, ofCopy]) t.equal(lastingImage(machine, machines), undefined)
})
