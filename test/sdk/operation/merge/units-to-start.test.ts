import t from 'tap'
import { unitsToStart } from '../../../../sdk/operation/merge/units-to-start.ts'

t.test('a source has a say in its own groups alone', async (t) => {
  const sources = [
    { name: 'post', groups: ['mail', 'lists'] },
    { name: 'odd', groups: ['stats'] },
    { name: 'quiet', groups: ['idle'] },
  ]
  const yielded = new Map([
    ['post', { groups: [{ group: 'mail', units: ['mail.service'] }] }],
    [
      'odd',
      {
        groups: [
          { group: 'mail', units: [] },
          { group: 'stats', units: ['stats.service'] },
          { group: 'shop', units: ['shop.service'] },
        ],
      },
    ],
    ['stranger', { groups: [{ group: 'idle', units: ['idle.service'] }] }],
  ])
  t.same(unitsToStart(sources, yielded), [
    { group: 'mail', units: ['mail.service'] },
    { group: 'lists', units: [] },
    { group: 'stats', units: ['stats.service'] },
    { group: 'idle', units: [] },
  ])
})
