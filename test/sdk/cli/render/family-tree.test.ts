import t from 'tap'
import { familyDocument } from '../../../../sdk/cli/documents/family.ts'
import { familyTree } from '../../../../sdk/cli/render/family-tree.ts'
import { plain } from '../../../../sdk/cli/render/look.ts'
import { machineRecord } from '../../store/machine-record.ts'

const mebibyte = 2 ** 20
const memory = { proportionalBytes: 160 * mebibyte, ownBytes: 60 * mebibyte, sharedBytes: 200 * mebibyte }
const gone = { diskBytes: 12 * mebibyte, memory: null }
const here = { diskBytes: 3 * mebibyte, memory }

t.test('children stand below their parents', async (t) => {
  const document = familyDocument([
    {
      machine: machineRecord({ name: 'front', parent: 'whole', state: 'running' }),
      status: 'running',
      usage: here,
    },
    {
      machine: machineRecord({ name: 'main', parent: 'whole', state: 'split' }),
      status: 'absent',
      usage: gone,
    },
    {
      machine: machineRecord({ name: 'side', parent: 'main', state: 'running' }),
      status: 'running',
      usage: here,
    },
    {
      machine: machineRecord({ name: 'orphan', parent: 'deleted', state: 'stopped' }),
      status: 'absent',
      usage: gone,
    },
    { machine: machineRecord({ name: 'whole', state: 'split' }), status: 'absent', usage: gone },
  ])
  const running = 'running  memory 160 MiB (own 60 MiB, shared 200 MiB), disk 3 MiB'
  t.equal(
    familyTree(document, plain),
    [
      'orphan  stopped  disk 12 MiB',
      'whole  split  disk 12 MiB',
      `├─ front  ${running}`,
      '└─ main  split  disk 12 MiB',
      `   └─ side  ${running}`,
    ].join('\n'),
  )
  t.equal(familyTree([], plain), '')
})
