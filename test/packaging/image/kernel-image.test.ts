import fc from 'fast-check'
import t from 'tap'
import { payloadOf } from '../../../packaging/image/kernel-image.ts'

const magic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])

/** A bzImage with `payload` at `offset` behind its setup sectors, and the unpacked size at its end. */
function bzImage(options: { sectors: number; offset: number; payload: Buffer }): Buffer {
  const start = ((options.sectors || 4) + 1) * 512 + options.offset
  const image = Buffer.alloc(Math.max(start + options.payload.length + 4, 0x400), 0xaa)
  image.write('HdrS', 0x202, 'latin1')
  image.writeUInt8(options.sectors, 0x1f1)
  image.writeUInt32LE(options.offset, 0x248)
  image.writeUInt32LE(options.payload.length + 4, 0x24c)
  options.payload.copy(image, start)
  return image
}

t.test('the payload is found wherever the header says', async () => {
  fc.assert(
    fc.property(
      fc.record({
        sectors: fc.integer({ min: 0, max: 63 }),
        offset: fc.integer({ min: 64, max: 4096 }),
        payload: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.concat([magic, bytes])),
      }),
      // With one setup sector the header itself would be overwritten.
      (options) => {
        fc.pre(options.sectors !== 1)
        return payloadOf(bzImage(options)).equals(options.payload)
      },
    ),
  )
})

t.test('what is no such kernel is refused', async (t) => {
  const good = bzImage({ sectors: 4, offset: 100, payload: magic })
  t.ok(payloadOf(good))
  const noHeader = Buffer.from(good)
  noHeader.write('none', 0x202, 'latin1')
  const otherPacking = bzImage({ sectors: 4, offset: 100, payload: Buffer.from('gzip data') })
  const beyondItsEnd = Buffer.from(good)
  beyondItsEnd.writeUInt32LE(0xffff_0000, 0x248)
  for (const image of [noHeader, otherPacking, beyondItsEnd, Buffer.alloc(0), good.subarray(0, 0x240)]) {
    t.throws(() => payloadOf(image), { code: 'KERNEL_FORMAT' })
  }
})
