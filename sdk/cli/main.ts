#!/usr/bin/env node
/** The command `cleave`. */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { cacheDirectory } from '../../packaging/make/cache.ts'

// A third of the time from the start to the first output is compiling.
enableCompileCache(join(cacheDirectory(), 'compiled'))
const { run } = await import('./run.ts')
await run(process.argv)
