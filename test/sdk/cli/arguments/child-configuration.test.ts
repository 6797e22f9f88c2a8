import t from 'tap'
import { parseGiven } from '../../../../sdk/cli/arguments/child-configuration.ts'
import { parseAddress, parseGateway } from '../../../../sdk/cli/arguments/names.ts'
import { parseMemory, parseWholeNumber } from '../../../../sdk/cli/arguments/quantity.ts'
import { parseChild, toSplitRequest } from '../../../../sdk/cli/arguments/split-request.ts'

const cpus = parseGiven((text) => ({ cpus: parseWholeNumber(text) }))
const memory = parseGiven((text) => ({ memoryMiB: parseMemory(text) }))
const words = parseGiven((text) => ({ kernelParameters: text }))
const child = parseChild('post=mail', parseChild('front=shop'))

t.test('what is said of one child goes before what is said of each', async (t) => {
  const request = toSplitRequest({
    child,
    rest: 'others',
    way: 'delta',
    cpus: cpus('1', cpus('front=4')),
    memory: memory('post=256M'),
    kernelParameters: words('others=a=1 b=2'),
  })
  t.same(request, {
    way: 'delta',
    rest: 'others',
    children: [
      { name: 'front', groups: ['shop'], cpus: 4 },
      { name: 'post', groups: ['mail'], cpus: 1, memoryMiB: 256 },
      { name: 'others', groups: [], cpus: 1, kernelParameters: 'a=1 b=2' },
    ],
  })
})

t.test('for a number of children it holds for each', async (t) => {
  t.same(toSplitRequest({ into: 2, way: 'full', cpus: cpus('2'), mayEnd: ['shell'] }), {
    into: 2,
    way: 'full',
    mayEnd: ['shell'],
    configuration: { cpus: 2 },
  })
  t.throws(() => toSplitRequest({ into: 2, cpus: cpus('front=2') }), { code: 'USAGE', message: /front/ })
})

t.test('mistakes', async (t) => {
  t.throws(() => toSplitRequest({ child, cpus: cpus('mail=2') }), { code: 'USAGE', message: /mail/ })
  t.throws(() => toSplitRequest({ child, address: words('10.77.0.9/24') }), { code: 'USAGE' })
  t.throws(() => cpus('front=two'), { code: 'BAD_NUMBER' })
  t.equal(parseAddress('10.77.0.9/24'), '10.77.0.9/24')
  t.equal(parseGateway('10.77.0.1'), '10.77.0.1')
  for (const bad of ['', '10.77.0.9', '10.77.0.9/33', '::1/64']) {
    t.throws(() => parseAddress(bad), { code: 'BAD_ADDRESS' }, JSON.stringify(bad))
  }
  t.throws(() => parseGateway('10.77.0.1/24'), { code: 'BAD_ADDRESS' })
})
