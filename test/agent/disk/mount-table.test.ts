import fc from 'fast-check'
import t from 'tap'
import { mountTree, parseMountInfo } from '../../../agent/disk/mount-table.ts'
import { placeOf } from '../../../agent/disk/place.ts'
import { placeAbove, unmountOrder } from '../../../agent/disk/unmount-order.ts'
import { anyPath, anyTable, latestAt, sampleMount } from './sample-mounts.ts'

const escaped = (text: string) =>
  text.replace(/[ \t\n\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)

t.test('a line says the same before and after it was written', (t) => {
  const anyText = fc.string({
    minLength: 1,
    unit: fc.constantFrom('/', 'a', 'ü', ' ', '\t', '\n', '\\', '#', '1', '-'),
  })
  fc.assert(
    fc.property(fc.array(fc.record({ root: anyText, mountPoint: anyText, source: anyText })), (texts) => {
      const mounts = texts.map((fields, id) => sampleMount({ id, ...fields }))
      const lines = mounts.map(
        ({ id, root, mountPoint, source }) =>
          `${id} 0 8:0 ${escaped(root)} ${escaped(mountPoint)} rw,noatime shared:1 master:2 - ext4 ${escaped(source)} rw`,
      )
      t.same(parseMountInfo(`${lines.join('\n')}\n`), mounts)
    }),
  )
  t.end()
})

t.test('what is no line is left out', (t) => {
  fc.assert(fc.property(fc.string(), (text) => parseMountInfo(text).every(({ id }) => Number.isInteger(id))))
  t.end()
})

t.test('a path is in the latest mount that covers it', (t) => {
  fc.assert(
    fc.property(anyTable, anyPath, (table, path) => {
      t.equal(mountTree(table).at(path)?.id, latestAt(path, table)?.id)
    }),
  )
  t.equal(mountTree([]).at('/'), undefined)
  t.end()
})

t.test('all that is within comes off, once, and nothing before what is on it', (t) => {
  fc.assert(
    fc.property(anyTable, fc.nat(4), (table, disk) => {
      const isWanted = ({ device, mountPoint }: { device: string; mountPoint: string }) =>
        device === `8:${disk}` && mountPoint !== '/'
      const trees = unmountOrder(table, isWanted)
      const order = trees.flat()
      t.equal(new Set(order).size, order.length)
      const left = new Set(table)
      for (const mount of order) {
        const stillOn = [...left].filter((other) => other !== mount && other.parentId === mount.id)
        t.same(stillOn, [])
        left.delete(mount)
      }
      t.notOk([...left].some(isWanted))
      // Nothing else came off: each has one that is wanted below it.
      for (const mount of order) {
        let below: typeof mount | undefined = mount
        while (below !== undefined && !isWanted(below)) below = table.find(({ id }) => id === below?.parentId)
        t.ok(below)
      }
      // Trees have nothing to do with each other.
      for (const tree of trees) {
        const ids = new Set(tree.map(({ id }) => id))
        t.equal(tree.filter(({ parentId }) => !ids.has(parentId)).length, 1)
      }
    }),
  )
  t.end()
})

t.test('what was mounted later comes off earlier', (t) => {
  const table = [
    sampleMount({ id: 1 }),
    sampleMount({ id: 2, parentId: 1, mountPoint: '/data', device: '8:16' }),
    sampleMount({ id: 3, parentId: 2, mountPoint: '/data/a', device: '0:5' }),
    sampleMount({ id: 4, parentId: 2, mountPoint: '/data/b', device: '0:5' }),
    sampleMount({ id: 5, parentId: 3, mountPoint: '/data/a', device: '8:16' }),
  ]
  const order = unmountOrder(table, ({ device }) => device === '8:16')
  t.same(
    order.map((tree) => tree.map(({ id }) => id)),
    [[5, 4, 3, 2]],
  )
  t.end()
})

t.test('the nearest place that another is within goes first', (t) => {
  fc.assert(
    fc.property(anyPath, fc.array(anyPath), (place, places) => {
      const above = placeAbove(place, places)
      const candidates = places.filter(
        (other) => other !== place && `${place}/`.startsWith(other === '/' ? '/' : `${other}/`),
      )
      t.equal(above === undefined, candidates.length === 0)
      t.ok(candidates.every((other) => other.length <= (above ?? '').length))
    }),
  )
  t.equal(placeAbove('/data/ab', ['/data/a', '/data']), '/data')
  t.end()
})

t.test('links are followed, but not in circles, and never on what a server has', (t) => {
  const table = [
    sampleMount({ id: 1 }),
    sampleMount({ id: 2, parentId: 1, mountPoint: '/net', device: '0:40', fileSystem: 'nfs4' }),
  ]
  const links = new Map([
    ['/srv', 'var/srv'],
    ['/var/srv/up', '../other'],
    ['/circle', '/circle/again'],
    ['/far', '/net/x'],
  ])
  const asked: string[] = []
  const readLink = (path: string) => {
    asked.push(path)
    return links.get(path)
  }
  t.equal(placeOf('/srv/up/data', table, readLink), '/var/other/data')
  t.match(placeOf('/circle/x', table, readLink), /^\/circle\//)
  t.equal(placeOf('/far/a/b', table, readLink), '/net/x/a/b')
  t.equal(placeOf('/', table, readLink), '/')
  t.notOk(asked.some((path) => path.startsWith('/net')))
  t.end()
})
