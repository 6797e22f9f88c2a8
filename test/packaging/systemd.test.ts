import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../packaging/package-root.ts'

// As `systemd-analyze security` counts, in tenths; without any hardening it is 96.
const mostExposure = '20'

const { failed: isMissing } = await execa('systemd-analyze', ['--version'], { reject: false })
const skip = isMissing && 'systemd is not installed'

for (const name of ['cleave-proxy', 'cleave-dns']) {
  t.test(`systemd takes the unit ${name}, which has few rights`, { skip }, async (t) => {
    const unit = await readFile(join(packageRoot(), 'packaging/systemd', `${name}.service`), 'utf8')
    t.match(unit, `\nExecStart=${name}\n`)
    const file = join(t.testdir(), `${name}.service`)
    // What is verified as well is that the program is there: it is where npm has put it.
    await writeFile(file, unit.replace(`ExecStart=${name}`, 'ExecStart=/bin/true'))
    const verified = await execa('systemd-analyze', ['verify', file], { all: true, reject: false })
    t.equal(verified.all, '', 'nothing is wrong or unknown')
    const words = ['security', '--offline=yes', `--threshold=${mostExposure}`, file]
    const { exitCode, stdout } = await execa('systemd-analyze', words, { reject: false })
    t.equal(exitCode, 0, stdout.slice(stdout.lastIndexOf('\n') + 1))
  })
}
