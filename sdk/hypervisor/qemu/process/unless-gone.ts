/** What a look at a machine's files or process answers; undefined when it ended, or was deleted, meanwhile. */
export async function unlessGone<Result>(look: Promise<Result>): Promise<Result | undefined> {
  try {
    return await look
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
