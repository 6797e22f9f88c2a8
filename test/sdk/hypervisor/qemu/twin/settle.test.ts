import t from 'tap'
import { holderOf } from '../../../../../sdk/hypervisor/qemu/twin/settle.ts'

t.test(
  'the twin has the machine only when the first process gave it away and it has everything',
  async (t) => {
    t.equal(holderOf({ machine: 'running', twin: 'waiting' }), 'machine', 'memory is under way')
    t.equal(holderOf({ machine: 'running', twin: 'paused' }), 'machine', 'it could not send its last word')
    t.equal(holderOf({ machine: 'running', twin: 'absent' }), 'machine')
    t.equal(holderOf({ machine: 'handed-over', twin: 'waiting' }), 'machine', 'the twin could not take it')
    t.equal(holderOf({ machine: 'handed-over', twin: 'absent' }), 'machine')
    t.equal(holderOf({ machine: 'handed-over', twin: 'paused' }), 'twin')
    t.equal(holderOf({ machine: 'handed-over', twin: 'running' }), 'twin')
    t.equal(holderOf({ machine: 'absent', twin: 'running' }), 'twin')
    t.equal(holderOf({ machine: 'absent', twin: 'paused' }), 'twin')
    t.equal(holderOf({ machine: 'absent', twin: 'absent' }), 'machine')
  },
)
