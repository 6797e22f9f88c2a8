/** The end of a help text: whole commands to copy. */
export function examples(commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((command) => `  cleave ${command}`).join('\n')}`
}
