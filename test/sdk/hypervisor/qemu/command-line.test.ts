import { spawnSync } from 'node:child_process'
import t from 'tap'
import { qemuArguments } from '../../../../sdk/hypervisor/qemu/command-line.ts'
import { runningWords } from '../../../../sdk/hypervisor/qemu/resource/words.ts'
import type { MachineRecord } from '../../../../sdk/store/records.ts'
import { machineRecord } from '../../store/machine-record.ts'
import { shortFolder } from './short-folder.ts'

const parent = machineRecord({ name: 'shop' })
const child = machineRecord({
  name: 'mail',
  id: '7f1f7ac2-6e1c-4d4e-9a5b-1f0a3f6f2f10',
  generationId: '1c1a2b5e-7a3d-4a8f-8b1e-2d3c4b5a6978',
  tap: 'cleave7',
  macAddress: '02:00:00:00:00:07',
  memory: 'private',
  memoryFile: parent.memoryFile,
})

/** The values of every option of that name. */
function values(words: readonly string[], name: string): string[] {
  return words.flatMap((word, index) => (words[index - 1] === name ? [word] : []))
}

t.test('a child has the very devices of its parent', async (t) => {
  const ofParent = qemuArguments({ machine: parent, accelerator: 'tcg', role: 'boot' })
  const ofChild = qemuArguments({ machine: child, accelerator: 'tcg', role: 'child' })
  const own = (word: string) =>
    word.replaceAll(child.macAddress, parent.macAddress).replaceAll(child.generationId, parent.generationId)
  t.strictSame(values(ofChild, '-device').map(own), values(ofParent, '-device'))
  for (const name of ['-machine', '-accel', '-cpu', '-smp', '-m', '-kernel', '-initrd', '-append']) {
    t.strictSame(values(ofChild, name), values(ofParent, name), name)
  }
  t.match(values(ofParent, '-object').join(' '), /mem-path=\/dev\/shm\/cleave-test\/shop.ram,share=on/)
  t.match(values(ofChild, '-object').join(' '), /mem-path=\/dev\/shm\/cleave-test\/shop.ram,share=off/)
})

t.test('a child with memory of its own waits as any other', async (t) => {
  const restorer = { ...child, memory: 'shared' as const, memoryFile: '/dev/shm/cleave-test/mail.ram' }
  const words = qemuArguments({ machine: restorer, accelerator: 'tcg', role: 'child' })
  t.match(values(words, '-object').join(' '), /mem-path=\/dev\/shm\/cleave-test\/mail.ram,share=on/)
  t.same(
    words.filter((word) => !word.includes('.ram')),
    qemuArguments({ machine: child, accelerator: 'tcg', role: 'child' }).filter(
      (word) => !word.includes('.ram'),
    ),
  )
})

t.test('only a child waits, and nothing that it sends leaves it', async (t) => {
  const ofParent = qemuArguments({ machine: parent, accelerator: 'tcg', role: 'boot' })
  const ofChild = qemuArguments({ machine: child, accelerator: 'tcg', role: 'child' })
  t.strictSame(values(ofChild, '-incoming'), ['defer'])
  t.ok(ofChild.includes('-S'))
  t.match(ofChild.join(' '), /filter-redirector,id=outbound,netdev=net0,queue=rx,outdev=nowhere/)
  t.notMatch(ofParent.join(' '), /-incoming|-S |filter-/)
})

t.test('with user networking only a process that boots listens', async (t) => {
  const forwards = [{ hostPort: 8080, guestAddress: '10.77.0.80', guestPort: 80 }]
  const of = (role: 'boot' | 'child' | 'twin') =>
    qemuArguments({ machine: machineRecord({ userNetwork: { forwards } }), accelerator: 'tcg', role })
  const silent = 'user,id=net0,net=10.0.2.0/24,host=10.0.2.2,dhcpstart=10.0.2.15,ipv6=off'
  t.strictSame(values(of('boot'), '-netdev'), [`${silent},hostfwd=tcp:127.0.0.1:8080-10.77.0.80:80`])
  t.strictSame(values(of('child'), '-netdev'), [silent])
  t.strictSame(values(of('twin'), '-netdev'), [silent])
  t.match(of('child').join(' '), /filter-redirector,id=outbound,netdev=net0,queue=rx,outdev=nowhere/)
  const onBridge = qemuArguments({ machine: parent, accelerator: 'tcg', role: 'boot' })
  t.strictSame(values(of('boot'), '-device'), values(onBridge, '-device'), 'the guest sees the same card')
})

t.test('each accelerator has a processor that suits it', async (t) => {
  const of = (accelerator: 'kvm' | 'tcg') => qemuArguments({ machine: parent, accelerator, role: 'boot' })
  t.strictSame(values(of('kvm'), '-accel'), ['kvm'])
  t.match(values(of('kvm'), '-cpu')[0], /^host/)
  t.match(values(of('tcg'), '-accel')[0], /^tcg,thread=multi/)
  t.match(values(of('tcg'), '-cpu')[0], /^qemu64,vendor=GenuineIntel,family=6,model=28,stepping=10,/)
})

t.test('disks of groups are there in every role, by their place and name', async (t) => {
  const disks = [
    { name: 'mail', image: '/disks/mail,1.qcow2', unit: 0 },
    { name: 'web', image: '/disks/web.qcow2', unit: 7 },
  ]
  for (const role of ['boot', 'child', 'twin'] as const) {
    const words = qemuArguments({ machine: { ...parent, disks }, accelerator: 'tcg', role })
    const of = (name: string) => values(words, name).join(' ')
    t.match(of('-device'), /scsi-hd,id=disk-7,bus=scsi0.0,channel=0,scsi-id=7,lun=0,drive=image-7,serial=web/)
    t.match(of('-blockdev'), /driver=file,node-name=file-0,filename=\/disks\/mail,,1.qcow2,.*locking=on/)
    t.match(of('-blockdev'), /driver=qcow2,node-name=image-0,file=file-0/)
  }
})

t.test('what was plugged in is there in whoever takes over, and a boot has all from the start', async (t) => {
  const memory = [
    {
      id: 'memory-0',
      sizeMiB: 256,
      slot: 0,
      address: 2 ** 32,
      file: '/dev/shm/cleave-test/shop.ram.memory-0',
    },
    {
      id: 'memory-1',
      sizeMiB: 128,
      slot: 1,
      address: 2 ** 33,
      file: '/dev/shm/cleave-test/mail.ram.memory-1',
    },
  ]
  const plugged = { bootCpus: 1, bootMemoryMiB: 512, presentCpus: 3, memory }
  const of = (machine: MachineRecord, role: 'boot' | 'child' | 'twin') => {
    const words = qemuArguments({ machine, accelerator: 'tcg', role })
    return (name: string) => values(words, name).join(' ')
  }
  const larger = { cpus: 2, memoryMiB: 896, plugged }
  const taking = of({ ...child, ...larger }, 'child')
  t.match(taking('-smp'), /^cpus=1,sockets=1,cores=16,threads=1,maxcpus=16$/)
  t.match(taking('-m'), /^size=536879104B,slots=16,maxmem=/)
  const core = (number: number) => `id=cpu${number},socket-id=0,core-id=${number},thread-id=0`
  t.match(taking('-device'), `qemu64-x86_64-cpu,${core(1)} qemu64-x86_64-cpu,${core(2)}`)
  t.notMatch(taking('-device'), core(3))
  t.match(taking('-device'), 'pc-dimm,id=memory-1,memdev=memory-1-file,slot=1,addr=8589934592')
  t.match(
    taking('-object'),
    'id=memory-0-file,size=268435456,mem-path=/dev/shm/cleave-test/shop.ram.memory-0,share=off',
  )
  t.match(taking('-object'), /mail.ram.memory-1,share=on/, 'what it got itself is nobody else’s')
  t.match(of({ ...parent, ...larger }, 'twin')('-object'), /shop.ram.memory-0,share=on/)
  const { plugged: _, ...booted } = { ...parent, ...larger }
  t.match(of(booted, 'boot')('-smp'), /^cpus=2,/)
  t.notMatch(of({ ...parent, ...larger }, 'boot')('-device'), /cpu1|pc-dimm/)
})

t.test('whoever takes over has the places of the process that it takes over from', async (t) => {
  const former = qemuArguments({ machine: parent, accelerator: 'tcg', role: 'boot' })
    .map((word) => (word.includes('maxcpus=') ? 'cpus=1' : word))
    .map((word) => (word.includes('maxmem=') ? 'size=1024M' : word))
  const resources = runningWords(former)
  t.same(resources, { processors: 'cpus=1', memory: 'size=1024M' })
  const words = qemuArguments({ machine: child, accelerator: 'tcg', role: 'child', resources })
  t.same([values(words, '-smp'), values(words, '-m')], [['cpus=1'], ['size=1024M']])
  t.equal(runningWords(['qemu-system-x86_64', '-m']), undefined)
})

function inFolder(directory: string) {
  return machineRecord({ directory, disk: `${directory}/disk.qcow2`, memoryFile: `${directory}/ram` })
}

t.test('QEMU itself understands every option', async (t) => {
  const machine = inFolder(shortFolder(t))
  for (const network of [{}, { userNetwork: { forwards: [] } }]) {
    const words = qemuArguments({ machine: { ...machine, ...network }, accelerator: 'tcg', role: 'child' })
    const { stderr } = spawnSync('qemu-system-x86_64', words, { encoding: 'utf8', timeout: 20_000 })
    // It comes as far as the disk, which is not there: a word that it did not know would have ended it before.
    t.match(stderr, /Could not open .*disk.qcow2/)
  }
})
