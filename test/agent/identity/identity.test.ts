import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { doItems } from '../../../agent/identity/do-items.ts'
import { createIdentity } from '../../../agent/identity/identity.ts'
import type { ChildIdentity, PlanChild } from '../../../agent/identity/plan-child.ts'
import type { IdentityItem } from '../../../proto/generated/messages.ts'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'
import {
  addInterface,
  addressesOf,
  createSampleRoot,
  identityOf,
  otherHost,
  requestOf,
  type SampleRoot,
} from './sample-root.ts'

if (isInNamespaces()) await testIdentity()
else await runInNamespaces(import.meta.filename)

async function testIdentity(): Promise<void> {
  const { default: t } = await import('tap')

  const serviceAddresses = () => ['10.77.0.80/24']
  const detailOf = (items: readonly IdentityItem[], name: string) =>
    items.find(({ item }) => item === name)?.detail ?? ''
  const undone = (items: readonly IdentityItem[]) =>
    items.filter(({ done }) => !done).map(({ item, detail }) => `${item}: ${detail}`)

  await addInterface()

  /** What the adopter of a copy does with the plan that was made in the parent. */
  const adopt = async ({ root }: SampleRoot, planChild: PlanChild, child: ChildIdentity) => {
    const entropy = Buffer.alloc(32, 9)
    return await doItems({
      root,
      items: planChild(child).items,
      entropy,
      wallClock: () => Date.now() * 1000,
    })
  }

  t.test('the wall clock is set to the word of the host and what has passed since', async (t) => {
    await using sample = await createSampleRoot({})
    const identity = createIdentity({ serviceAddresses, root: sample.root })
    await t.rejects(identity.setWallClock({ microseconds: 0, heardAt: 0 }), { code: 'BAD_IDENTITY' })
    // The word of some time ago, which is right: nothing is to be done.
    const microseconds = (Date.now() - 900) * 1000
    const { item, done, detail } = await identity.setWallClock({
      microseconds,
      heardAt: performance.now() - 900,
    })
    t.match({ item, done }, { item: 'wall-clock', done: true })
    t.match(detail, /^left alone, /)
    t.ok(Number.parseFloat(detail.replace('left alone, ', '')) < 450, detail)
  })

  t.test('a template gets an identity of its own', async (t) => {
    await using sample = await createSampleRoot({
      'etc/hosts': '127.0.0.1 localhost\n127.0.1.1 template\n',
      'etc/machine-id': 'uninitialized\n',
      'var/lib/dbus/machine-id': 'ffffffffffffffffffffffffffffffff\n',
      'etc/ssh/sshd_config': '',
      'var/lib/systemd/random-seed': 'old',
      'var/lib/dhcp/dhclient.eth0.leases': 'lease {}',
      'etc/iscsi/initiatorname.iscsi': '## keep\nInitiatorName=iqn.1993-08.org.debian:01:old\n',
      'etc/nvme/hostid': 'old\n',
    })
    // As systemd makes it.
    chmodSync(join(sample.root, 'etc/machine-id'), 0o444)
    const identity = createIdentity({ serviceAddresses, root: sample.root })
    t.equal(identity.hasIdentity(), false)
    t.same(await identity.applyStored(), [], 'nothing is stored yet')

    const answer = await identity.establish(requestOf(identityOf()))
    t.same(undone(answer.identity), [])
    t.equal(identity.hasIdentity(), true)
    t.equal(sample.read('proc/sys/kernel/hostname'), 'shop-vm')
    t.equal(sample.read('etc/hostname'), 'shop-vm\n')
    t.equal(sample.read('etc/hosts'), '127.0.0.1 localhost\n127.0.1.1\tshop-vm\n')
    t.equal(sample.read('etc/machine-id'), '0123456789abcdef0123456789abcdef\n')
    t.equal(sample.read('var/lib/dbus/machine-id'), '0123456789abcdef0123456789abcdef\n')
    t.equal(statSync(join(sample.root, 'etc/machine-id')).mode & 0o777, 0o444)
    t.equal(statSync(join(sample.root, 'var/lib/systemd/random-seed')).size, 512)
    t.equal(statSync(join(sample.root, 'var/lib/systemd/random-seed')).mode & 0o777, 0o600)
    t.notOk(existsSync(join(sample.root, 'var/lib/dhcp/dhclient.eth0.leases')))
    t.match(
      sample.read('etc/iscsi/initiatorname.iscsi'),
      /^InitiatorName=iqn.1993-08.org.debian:01:[0-9a-f]{12}\n## keep\n$/,
    )
    t.match(sample.read('etc/nvme/hostid'), /^[0-9a-f-]{36}\n$/)
    t.equal(
      detailOf(answer.identity, 'random-pool').startsWith('entropy of the host mixed in and taken up'),
      true,
    )

    const addresses = await addressesOf('eth0')
    t.ok(addresses.includes('10.77.0.10/24'))
    t.ok(addresses.includes('10.77.0.80/24'), 'its own group is served')
    t.match((await execa('ip', ['link', 'show', 'eth0'])).stdout, /52:54:00:12:34:56/)
    t.match((await execa('ip', ['route'])).stdout, /default via 10.77.0.1 dev eth0 src 10.77.0.10/)
    t.equal((await execa('cat', ['/proc/sys/net/ipv4/conf/eth0/arp_notify'])).stdout, '1')

    const keys = readdirSync(join(sample.root, 'etc/ssh')).filter((name) => name.endsWith('_key'))
    t.same(keys.sort(), ['ssh_host_ecdsa_key', 'ssh_host_ed25519_key', 'ssh_host_rsa_key'])
    t.match(sample.read('etc/ssh/ssh_host_ed25519_key.pub'), / root@shop-vm\n$/)
    t.equal(statSync(join(sample.root, 'etc/ssh/ssh_host_rsa_key')).mode & 0o777, 0o600)

    const again = await identity.establish(requestOf(identityOf({ machineId: '' })))
    t.same(undone(again.identity), [])
    t.match(sample.read('etc/ssh/ssh_host_ed25519_key.pub'), / root@shop-vm\n$/)
    t.notOk(
      again.identity.some(({ item }) => item === 'ssh-host-keys'),
      'the same again leaves its keys',
    )
    await t.rejects(identity.establish(requestOf(identityOf({ hostname: 'mail-vm' }))), {
      code: 'HAS_IDENTITY',
      message: /shop-vm/,
    })

    await execa('ip', ['address', 'flush', 'dev', 'eth0'])
    sample.write('etc/hostname', 'renamed-by-an-admin\n')
    const started = createIdentity({ serviceAddresses, root: sample.root })
    t.equal(started.hasIdentity(), true)
    t.same(
      (await started.applyStored()).map(({ item, done }) => [item, done]),
      [
        ['network', true],
        ['service-addresses', true],
        ['network', true],
      ],
    )
    t.ok((await addressesOf('eth0')).includes('10.77.0.10/24'))
    t.ok((await addressesOf('eth0')).includes('10.77.0.80/24'))
    t.equal(sample.read('etc/hostname'), 'renamed-by-an-admin\n')
  })

  t.test(
    'an address that another machine has does not come up at a boot, and comes when that is gone',
    async (t) => {
      await using sample = await createSampleRoot({})
      const identity = createIdentity({ serviceAddresses, root: sample.root })
      await identity.establish(requestOf(identityOf()))
      await execa('ip', ['address', 'flush', 'dev', 'eth0'])
      {
        await using other = await otherHost('other0')
        await other.run('ip', 'address', 'add', '10.77.0.80/24', 'dev', 'other0')
        await t.rejects(identity.refuseTaken(serviceAddresses()), {
          code: 'ADDRESS_IN_USE',
          message: /10.77.0.80/,
        })
        const started = createIdentity({ serviceAddresses, root: sample.root })
        const items = await started.applyStored()
        t.match(detailOf(items, 'service-addresses'), /10\.77\.0\.80\/24 is at /)
        t.ok((await addressesOf('eth0')).includes('10.77.0.10/24'), 'its own is there')
        t.notOk((await addressesOf('eth0')).includes('10.77.0.80/24'))
      }
      await addInterface()
      const again = createIdentity({ serviceAddresses, root: sample.root })
      t.same(undone(await again.applyStored()), [])
      t.ok((await addressesOf('eth0')).includes('10.77.0.80/24'))
      await identity.refuseTaken(serviceAddresses())
    },
  )

  t.test('a copy takes its own identity and drops what is not its own', async (t) => {
    await execa('ip', ['address', 'flush', 'dev', 'eth0'])
    await using sample = await createSampleRoot({
      'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
      'etc/ssh/sshd_config': '',
      'etc/ssh/ssh_host_ed25519_key': 'the parent’s\n',
      'etc/ssh/ssh_host_ed25519_key.pub': 'the parent’s\n',
    })
    const parent = createIdentity({
      serviceAddresses: () => ['10.77.0.80/24', '10.77.0.25/24'],
      root: sample.root,
    })
    await parent.establish(requestOf(identityOf()))
    const parentKey = sample.read('etc/ssh/ssh_host_ed25519_key.pub')
    await execa('ip', ['address', 'add', '10.77.0.99/24', 'dev', 'eth0'])

    const planChild = await parent.lookForChildren('')
    const items = await adopt(sample, planChild, {
      identity: identityOf({
        hostname: 'child-1',
        machineId: '',
        network: {
          interface: '',
          macAddress: '52:54:00:00:00:01',
          addresses: ['10.77.0.11/24'],
          gateway: '10.77.0.1',
        },
      }),
      own: ['10.77.0.80/24'],
      foreign: ['10.77.0.25/24'],
    })
    t.match(undone(items), [/^smbios-uuid: .*next boot/])
    const addresses = (await addressesOf('eth0')).filter((address) => address.startsWith('10.'))
    t.same(addresses.sort(), ['10.77.0.11/24', '10.77.0.80/24'])
    t.match((await execa('ip', ['link', 'show', 'eth0'])).stdout, /52:54:00:00:00:01/)
    const routes = (await execa('ip', ['route'])).stdout
    t.match(routes, /default via 10.77.0.1 dev eth0 src 10.77.0.11/)
    t.match(routes, /10.77.0.0\/24 dev eth0 proto kernel scope link src 10.77.0.11/)
    t.match(sample.read('etc/machine-id'), /^[0-9a-f]{32}\n$/)
    t.not(sample.read('etc/machine-id'), '0123456789abcdef0123456789abcdef\n')
    const bootId = sample.read('proc/sys/kernel/random/boot_id')
    t.match(bootId, /^[0-9a-f-]{36}\n$/)
    t.not(bootId, '11111111-1111-4111-8111-111111111111\n')
    t.equal(sample.read('etc/ssh/ssh_host_ed25519_key.pub'), parentKey, 'this takes long, so it comes later')

    t.same(undone(await parent.settle(Buffer.alloc(32))), [])
    t.not(sample.read('etc/ssh/ssh_host_ed25519_key.pub'), parentKey)
    t.same(
      readdirSync(join(sample.root, 'etc/ssh')).sort(),
      ['ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub', 'sshd_config'],
      'only keys of the types that there were, and nothing of the parent’s',
    )

    const second = await adopt(sample, await parent.lookForChildren(''), {
      identity: identityOf({ hostname: 'grandchild', network: null }),
      own: [],
      foreign: ['10.77.0.80/24'],
    })
    t.match(undone(second), [/^smbios-uuid/])
    t.not(sample.read('proc/sys/kernel/random/boot_id'), bootId, 'a child that is split again')
    t.notOk((await addressesOf('eth0')).includes('10.77.0.80/24'))
    t.ok((await addressesOf('eth0')).includes('10.77.0.11/24'), 'the host said nothing of addresses')
  })

  t.test('a machine that lost power before it had settled does so when its agent starts', async (t) => {
    await using sample = await createSampleRoot({ 'etc/ssh/sshd_config': '' })
    await createIdentity({ serviceAddresses, root: sample.root }).establish(requestOf(identityOf()))
    const stored = JSON.parse(sample.read('var/lib/cleave/identity.json'))
    sample.write('var/lib/cleave/identity.json', JSON.stringify({ ...stored, settled: false }))
    sample.write('etc/hostname', 'lost\n')
    const parentKey = sample.read('etc/ssh/ssh_host_ed25519_key')

    const items = await createIdentity({ serviceAddresses, root: sample.root }).applyStored()
    t.same(undone(items), [])
    t.equal(sample.read('etc/hostname'), 'shop-vm\n')
    t.not(sample.read('etc/ssh/ssh_host_ed25519_key'), parentKey)
    t.match(sample.read('var/lib/cleave/identity.json'), /"settled": true/)
  })

  const linkLocals = async () => (await addressesOf('eth0')).filter((address) => address.startsWith('fe80'))
  /** What the kernel gave it before, and what it has with another MAC address. */
  const changeMacAddress = async (macAddress: string, mode: 'eui64' | 'random') => {
    await execa('ip', ['link', 'set', 'eth0', 'down'])
    await execa('ip', ['link', 'set', 'eth0', 'addrgenmode', mode])
    await execa('ip', ['link', 'set', 'eth0', 'up'])
    const before = await linkLocals()
    await using sample = await createSampleRoot()
    const identity = createIdentity({ serviceAddresses: () => [], root: sample.root })
    const network = { interface: 'eth0', macAddress, addresses: ['fd77::10/64'], gateway: 'fd77::1' }
    await identity.establish(requestOf(identityOf({ network })))
    return { before, after: await linkLocals() }
  }

  t.test('a link-local address follows the MAC address', async (t) => {
    const { before, after } = await changeMacAddress('52:54:00:aa:bb:cc', 'eui64')
    t.equal(before.length, 1, 'the kernel gave it one')
    t.same(after, ['fe80::5054:ff:feaa:bbcc/64'])
    t.ok((await addressesOf('eth0')).includes('fd77::10/64'))
    t.match((await execa('ip', ['-6', 'route'])).stdout, /default via fd77::1 dev eth0 src fd77::10/)
  })

  t.test('one that comes from a secret, which was copied, does so no more', async (t) => {
    const { before, after } = await changeMacAddress('52:54:00:aa:bb:cd', 'random')
    t.equal(before.length, 1)
    t.same(after, ['fe80::5054:ff:feaa:bbcd/64'])
  })

  t.test('addresses that the kernel refuses fail the whole call', async (t) => {
    await using sample = await createSampleRoot()
    const identity = createIdentity({ serviceAddresses: () => [], root: sample.root })
    const network = { interface: 'eth0', macAddress: '', addresses: ['10.78.0.1/24'], gateway: '10.99.0.1' }
    await t.rejects(identity.establish(requestOf(identityOf({ network }))), {
      code: 'NO_NETWORK_IDENTITY',
      message: /set-default-route 10\.99\.0\.1 10\.78\.0\.1: Network is unreachable/,
    })
    t.equal(identity.hasIdentity(), false)
    await t.rejects(
      identity.establish(requestOf(identityOf({ network: { ...network, interface: 'eth9' } }))),
      {
        code: 'NO_NETWORK_IDENTITY',
      },
    )
    await t.rejects(identity.establish(requestOf(null)), { code: 'BAD_IDENTITY' })
  })

  t.test('a file that somebody else wrote is not believed', async (t) => {
    await using sample = await createSampleRoot({ 'var/lib/cleave/identity.json': '{"version": 1}' })
    t.throws(() => createIdentity({ serviceAddresses: () => [], root: sample.root }), {
      code: 'BAD_STORED_IDENTITY',
    })
  })
}
