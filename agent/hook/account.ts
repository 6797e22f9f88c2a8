/** As whom a command runs. */
import { ExecaError, execa } from 'execa'

export interface Account {
  name: string
  userId: number
  groupId: number
  home: string
  shell: string
}

const boundMilliseconds = 10_000
// What getent(1) ends with for a user that there is not.
const notFound = 2

/**
 * Asks the system, which may know users from elsewhere than /etc/passwd.
 *
 * @param user a name or a number
 * @returns undefined when there is no such user
 */
export async function lookUpAccount(user: string): Promise<Account | undefined> {
  try {
    const { stdout } = await execa('getent', ['passwd', '--', user], {
      timeout: boundMilliseconds,
      stdin: 'ignore',
    })
    const [name = '', , userId, groupId, , home = '', shell = ''] = stdout.split('\n')[0]?.split(':') ?? []
    return {
      name,
      userId: Number(userId),
      groupId: Number(groupId),
      home: home || '/',
      shell: shell || '/bin/sh',
    }
  } catch (error) {
    if (error instanceof ExecaError && error.exitCode === notFound) return undefined
    throw error
  }
}
