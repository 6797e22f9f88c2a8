import t from 'tap'
import { parseMessage } from '../../../../../sdk/hypervisor/qemu/qmp/message.ts'

t.test('the four kinds of message', async (t) => {
  const version = '{"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}'
  t.strictSame(parseMessage(`{"QMP": {"version": ${version}, "capabilities": ["oob"]}}`), {
    kind: 'greeting',
    version: '7.2.22',
  })
  t.strictSame(parseMessage('{"return": [1], "id": 3}'), { kind: 'answer', id: 3, value: [1] })
  t.strictSame(parseMessage('{"id": 4, "error": {"class": "GenericError", "desc": "no"}}'), {
    kind: 'refusal',
    id: 4,
    errorClass: 'GenericError',
    description: 'no',
  })
  const timestamp = '{"seconds": 1700000000, "microseconds": 250500}'
  t.strictSame(parseMessage(`{"timestamp": ${timestamp}, "event": "STOP"}`), {
    kind: 'event',
    event: { name: 'STOP', data: {}, at: 1_700_000_000_250.5 },
  })
})

t.test('what is none of them', async (t) => {
  const bad = [
    '',
    'null',
    '[]',
    '{}',
    '{"return": {}}',
    '{"event": "STOP"}',
    '{"error": {"class": "GenericError", "desc": "Invalid JSON syntax"}}',
    '{"id": 1, "error": {"class": "../../x", "desc": "no"}}',
  ]
  for (const text of bad) t.throws(() => parseMessage(text), text)
})
