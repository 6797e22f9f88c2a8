import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { execa } from 'execa'
import fc from 'fast-check'
import t from 'tap'
import { payloadOf, unpackKernel } from '../../../packaging/image/kernel-image.ts'

const magics = {
  xz: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
  zstd: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
} as const

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
        packing: fc.constantFrom('xz', 'zstd'),
        content: fc.uint8Array({ maxLength: 2000 }),
      }),
      // With one setup sector the header itself would be overwritten.
      ({ packing, content, ...place }) => {
        fc.pre(place.sectors !== 1)
        const payload = Buffer.concat([magics[packing], content])
        const found = payloadOf(bzImage({ ...place, payload }))
        return found.packing === packing && found.packed.equals(payload)
      },
    ),
  )
})

t.test('what is no such kernel is refused', async (t) => {
  const good = bzImage({ sectors: 4, offset: 100, payload: magics.xz })
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

t.test('a kernel is unpacked, however it was packed', async (t) => {
  const kernel = Buffer.from('\x7fELF and so on')
  const packed = {
    xz: (await execa('xz', { input: kernel, encoding: 'buffer' })).stdout,
    zstd: zstdCompressSync(kernel),
  }
  for (const [packing, payload] of Object.entries(packed)) {
    const folder = t.testdir()
    const [from, to] = [join(folder, 'vmlinuz'), join(folder, 'vmlinux')]
    await writeFile(from, bzImage({ sectors: 4, offset: 100, payload: Buffer.from(payload) }))
    await unpackKernel({ from, to })
    t.same(await readFile(to), kernel, packing)
    t.same(await readdir(folder), ['vmlinux'])
  }
})
