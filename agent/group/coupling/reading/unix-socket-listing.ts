/** Reads what `ss --unix --all --numeric --no-header --extended` prints. Pure. */
import type { UnixSocket } from '../facts.ts'

// Only a name can hold spaces and line ends, so the rest is read from the end of a line: NAME inode PEER inode <->.
const record = /^(.*) (\d+) +(?:\*|.+?) +(\d+) +[<-]-[->](.*)$/s
// Kind, state and the two queues.
const beforeName = /^\S+ +\S+ +\d+ +\d+ +/
// The kernel takes names of 108 bytes: what is longer is no part of a line.
const longestLine = 2000

/**
 * A process that names a socket like a line of this listing can only add ends that are none: it hides nothing of
 * others. One at a time, because a busy guest has a hundred thousand.
 */
export function* parseUnixSockets(listing: string): Generator<UnixSocket> {
  let begun = ''
  for (const line of lines(listing)) {
    const text = begun === '' ? line : `${begun}\n${line}`
    const parts = record.exec(text)
    if (parts === null) {
      begun = text.length > longestLine ? '' : text
      continue
    }
    begun = ''
    const [, front = '', inode = '0', peer = '0', extras = ''] = parts
    const name = front.replace(beforeName, '').trimStart()
    const pending = /peers:([ \d]+)/.exec(extras)?.[1]?.split(' ').filter(Boolean) ?? []
    yield { inode, peer, name: name === '*' ? '' : name, pending }
  }
}

function* lines(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start)
    const stop = end < 0 ? text.length : end
    yield text.slice(start, stop)
    start = stop + 1
  }
}
