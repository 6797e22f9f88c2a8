/** `npm run demo`: builds a guest with real services and shows it being split, and merged back, in a network of its own. */
import { execa } from 'execa'
import { buildImage } from '../image/build-image.ts'
import { isolated } from '../make/isolated.ts'
import { createProgress } from './progress.ts'

// Booting takes seconds, minutes where the host is busy and the processor emulated.
const longestDemoMs = 900_000

const say = createProgress()
const image = await buildImage({ name: 'showcase', onProgress: say })
const [program, ...words] = isolated
const demonstration = `${import.meta.dirname}/demonstrate.ts`
const { exitCode } = await execa(program, [...words, process.execPath, demonstration, image.directory], {
  stdio: 'inherit',
  reject: false,
  timeout: longestDemoMs,
})
process.exitCode = exitCode ?? 1
