import t from 'tap'
import { findCgroupRoot, usableCgroupRoot } from '../../../../agent/group/control/hierarchy.ts'

const unified = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n'
const hybrid =
  'tmpfs /sys/fs/cgroup tmpfs ro 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\ncgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0\n'
const legacy = 'tmpfs /sys/fs/cgroup tmpfs ro 0 0\ncgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0\n'
const facts = { mounts: unified, initCgroup: '0::/init.scope\n', hasSystemd: true, kernel: '6.1.0-47-amd64' }

t.test('cgroup v2 is found where it is mounted', async (t) => {
  const mounts = 'tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup2 /mnt/c\\0402 cgroup2 rw 0 0\n'
  t.equal(findCgroupRoot(mounts), '/mnt/c 2')
  t.equal(findCgroupRoot('cgroup /sys/fs/cgroup/pids cgroup rw 0 0\n'), undefined)
})

t.test('version 2 alone, and beside version 1', async (t) => {
  t.equal(usableCgroupRoot(facts), '/sys/fs/cgroup')
  const initCgroup = '9:memory:/init.scope\n1:name=systemd:/init.scope\n0::/init.scope\n'
  t.equal(usableCgroupRoot({ ...facts, mounts: hybrid, initCgroup }), '/sys/fs/cgroup/unified')
  const bare = { initCgroup: '0::/\n', hasSystemd: false }
  t.equal(usableCgroupRoot({ ...facts, ...bare }), '/sys/fs/cgroup', 'without systemd all is in the root')
})

t.test('without version 2 it says what to boot with', async (t) => {
  const remedy = /systemd\.unified_cgroup_hierarchy=1/
  t.throws(() => usableCgroupRoot({ ...facts, mounts: legacy }), { code: 'NO_CGROUP2', remedy })
  for (const initCgroup of ['1:name=systemd:/init.scope\n0::/\n', '1:name=systemd:/init.scope\n']) {
    const mounts = `${legacy}${unified.replace('/sys/fs/cgroup', '/mnt')}`
    t.throws(
      () => usableCgroupRoot({ ...facts, mounts, initCgroup }),
      { code: 'CGROUP2_UNUSED', message: /\/mnt$/, remedy },
      'somebody mounted it, but systemd does not use it',
    )
  }
})

t.test('kernels from 5.2 on can freeze', async (t) => {
  for (const kernel of ['5.2.0', '5.10.0-46-amd64', '6.12.118+deb13-amd64', '7.0']) {
    t.ok(usableCgroupRoot({ ...facts, kernel }), kernel)
  }
  for (const kernel of ['4.19.0-27-amd64', '5.1.21']) {
    t.throws(() => usableCgroupRoot({ ...facts, kernel }), { code: 'NO_FREEZER', message: RegExp(kernel) })
  }
})
