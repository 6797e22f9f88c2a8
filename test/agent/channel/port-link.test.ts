import fc from 'fast-check'
import t from 'tap'
import { createPortLink, type PortFile } from '../../../agent/channel/port-link.ts'

/** A port as the kernel shows it to a blocking descriptor. Only a guest has a real one: see test/e2e/channel.test.ts. */
function createPort(options: { mostPerWrite?: number } = {}) {
  const incoming: Buffer[] = []
  const written: Buffer[] = []
  let hostThere = true
  let wake = Promise.withResolvers<void>()
  const change = (work: () => void): void => {
    work()
    wake.resolve()
    wake = Promise.withResolvers()
  }
  let failure: Error | undefined
  const file: PortFile = {
    read: async (buffer) => {
      for (;;) {
        if (failure !== undefined) throw failure
        const bytes = incoming.shift()
        if (bytes !== undefined) return { bytesRead: bytes.copy(buffer) }
        if (!hostThere) return { bytesRead: 0 }
        await wake.promise
      }
    },
    write: async (buffer, offset, length) => {
      while (!hostThere) await wake.promise
      const end = offset + Math.min(length, options.mostPerWrite ?? length)
      written.push(Buffer.from(buffer.subarray(offset, end)))
      return { bytesWritten: end - offset }
    },
  }
  return {
    file,
    written: () => Buffer.concat(written),
    send: (text: string) => change(() => incoming.push(Buffer.from(text))),
    leave: () =>
      change(() => {
        hostThere = false
      }),
    arrive: () =>
      change(() => {
        hostThere = true
      }),
    unplug: () =>
      change(() => {
        failure = new Error('no such device')
      }),
  }
}

const turn = () => new Promise(setImmediate)

t.test('what the host sends is handed on, and its leaving is told once', async (t) => {
  const port = createPort()
  const link = createPortLink(port.file)
  const seen: string[] = []
  const running = link.run({
    receive: (chunk) => seen.push(chunk.toString()),
    hostLost: () => seen.push('(lost)'),
  })
  port.send('a')
  await turn()
  port.leave()
  await turn()
  await turn()
  port.arrive()
  port.send('b')
  await turn()
  t.same(seen, ['a', '(lost)', 'b'])
  t.equal(port.written().toString('hex'), '00', 'the delimiter that waited for the host')
  port.unplug()
  await t.rejects(running, { message: 'no such device' })
})

t.test('a paused link reads nothing', async (t) => {
  const port = createPort()
  const link = createPortLink(port.file)
  const seen: string[] = []
  const running = link.run({ receive: (chunk) => seen.push(chunk.toString()), hostLost: () => {} })
  link.pause()
  port.send('a')
  // The read that was under way before the pause may still end.
  await turn()
  port.send('b')
  await turn()
  t.same(seen, ['a'])
  link.resume()
  await turn()
  t.same(seen, ['a', 'b'])
  port.unplug()
  await t.rejects(running)
})

t.test('writes keep their order, however little of them the kernel takes', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 10 }),
      fc.integer({ min: 1, max: 60 }),
      async (pieces, mostPerWrite) => {
        const port = createPort({ mostPerWrite })
        const link = createPortLink(port.file)
        for (const piece of pieces) link.write(Buffer.from(piece), () => {})
        await link.flushed()
        return port.written().equals(Buffer.concat(pieces))
      },
    ),
  )
  t.pass('for every size')
})

t.test(
  'a write without a host is done when there is one, and nobody has to wait for it at the end',
  async (t) => {
    const port = createPort()
    const link = createPortLink(port.file)
    const running = link.run({ receive: () => {}, hostLost: () => {} })
    port.leave()
    await turn()
    const done = new Promise<void>((resolve) => link.write(Buffer.from('x'), () => resolve()))
    await link.flushed()
    t.equal(port.written().length, 0)
    port.arrive()
    await done
    t.equal(port.written().toString(), '\0x')
    port.unplug()
    await t.rejects(running)
  },
)
