import { type Command, Option } from 'commander'
import { imageKinds } from '../../../packaging/image/kinds.ts'
import { defaultRelease, type Release, releaseOf } from '../../../packaging/image/releases.ts'
import { parseFile, parsePackage } from '../arguments/names.ts'
import { imageDocument } from '../documents/image.ts'
import { CancelledError } from '../frame/cancelled-error.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { interruptions } from '../frame/interruption.ts'
import { duration } from '../render/units.ts'

interface BuildOptions {
  name: string
  release: Release
  agentPackage?: string
  package?: string[]
}

export function addImageBuild(image: Command): void {
  image
    .command('build')
    .description('build a guest image, or find the one that was built from the same sources')
    .addOption(
      new Option('--name <kind>', 'the kind of guest').choices(Object.keys(imageKinds)).default('demo'),
    )
    .option(
      '--release <release>',
      'the release of Debian: bookworm (12), trixie (13) or bullseye (11)',
      releaseOf,
      defaultRelease,
    )
    .option(
      '--agent-package <file>',
      'the cleave-agent_*.deb to install (default: built from this checkout)',
      parseFile,
    )
    .option<string[]>(
      '--package <name>',
      'a Debian package besides those that every guest has; may be repeated',
      (name, before = []) => [...before, parsePackage(name)],
    )
    .addHelpText(
      'after',
      examples([
        'image build',
        'image build --release trixie',
        'image build --name plain --package postgresql',
      ]),
    )
    .action(
      withFrame(async ({ output }, options: BuildOptions) => {
        const { buildImage } = await import('../../../packaging/image/build-image.ts')
        const startedAt = performance.now()
        const abort = new AbortController()
        using _ = interruptions(() => abort.abort())
        try {
          const built = await buildImage({
            name: options.name,
            release: options.release,
            extraPackages: options.package ?? [],
            ...(options.agentPackage !== undefined && { agentPackage: options.agentPackage }),
            signal: abort.signal,
            onProgress: (doing) => output.note(`${duration(performance.now() - startedAt)}: ${doing}`),
          })
          output.result({ document: { image: imageDocument(built) }, text: () => built.directory })
        } catch (error) {
          throw abort.signal.aborted ? new CancelledError(`the build of ${options.name}`, error) : error
        }
      }),
    )
}
