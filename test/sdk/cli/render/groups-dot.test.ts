import fc from 'fast-check'
import t from 'tap'
import { groupsDot } from '../../../../sdk/cli/render/groups-dot.ts'
import { edge, group, id, listed, process } from '../guest.ts'

t.test('one cluster for each group, nodes for processes, edges by channel', async (t) => {
  const lines = groupsDot(listed).split('\n')
  t.equal(lines[0], 'digraph groups {')
  t.equal(lines.at(-1), '}')
  const text = lines.slice(2).join('\n')
  t.equal(
    text,
    [
      '  subgraph cluster_0 {',
      '    label="shop"',
      '    "process-812-8120" [label="812 nginx: master process"]',
      '    "process-901-9010" [label="901 redis-server"]',
      '  }',
      '  subgraph cluster_1 {',
      '    label="mail"',
      '    "process-950-9500" [label="950 [smtpd]"]',
      '  }',
      '  subgraph cluster_2 {',
      '    label="idle"',
      '    "group-2" [style=invis, label=""]',
      '  }',
      '  "process-812-8120" -> "process-901-9010" [label="unix-socket", tooltip="unix socket /run/redis/redis.sock"]',
      '  "process-812-8120" -> "process-950-9500" [label="pipe", tooltip="pipe 4711"]',
      '  "process-812-8120" -> "process-950-9500" [style=dashed, ltail=cluster_0, lhead=cluster_1, label="declaration", tooltip="declared in shop.yaml"]',
      '}',
    ].join('\n'),
  )
})

t.test('a coupling that is also the reason of a bond is drawn once', async (t) => {
  const reason = edge({ from: id(812), to: id(950) })
  const text = groupsDot({
    ...listed,
    edges: [reason],
    bonds: [{ group: 'shop', other: 'mail', reasons: [reason] }],
  })
  t.equal(text.match(/->/g)?.length, 1)
})

t.test('no text of the guest leaves its quotes', async (t) => {
  const structure = (text: string) => text.replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
  const draw = (text: string) =>
    groupsDot({
      groups: [group({ name: text, processes: [id(7), id(8)] })],
      processes: [process({ pid: 7, arguments: [text] }), process({ pid: 8, arguments: [], name: text })],
      edges: [edge({ from: id(7), to: id(8), evidence: text })],
      bonds: [{ group: text, other: text, reasons: [edge({ evidence: text })] }],
      problems: [],
      networkStorage: [],
    })
  const expected = structure(draw('harmless'))
  for (const hostile of ['"', '\\', '\\"', '"]; evil [label="', '\n', '\\N\\"}']) {
    t.equal(structure(draw(hostile)), expected, JSON.stringify(hostile))
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (hostile) => structure(draw(hostile)) === expected))
})
