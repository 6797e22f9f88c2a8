/** `npm run bench -- NAME`: builds the images that a benchmark boots, and measures in a network of its own. */
import { execa } from 'execa'
import { buildImage } from '../packaging/image/build-image.ts'
import { isolated } from '../packaging/make/isolated.ts'

const names = ['split', 'silence', 'merge', 'agent', 'proxy', 'dns']
/** These boot no machine. */
const withoutImages = ['proxy', 'dns']
const longestBenchmarkMs = 3_600_000

const name = process.argv[2] ?? ''
if (!names.includes(name)) {
  process.stderr.write(`Usage: npm run bench -- ${names.join('|')}\n`)
  process.exitCode = 2
} else {
  for (const image of withoutImages.includes(name) ? [] : ['plain', 'test', 'disks']) {
    await buildImage({ name: image, onProgress: (doing) => process.stderr.write(`${image}: ${doing}\n`) })
  }
  const [program, ...words] = isolated
  const measuring = [...words, process.execPath, `${import.meta.dirname}/measure.ts`, name]
  const { exitCode } = await execa(program, measuring, {
    stdio: 'inherit',
    reject: false,
    timeout: longestBenchmarkMs,
  })
  process.exitCode = exitCode ?? 1
}
