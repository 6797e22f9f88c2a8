/** The part of dbus-native that makes and reads messages; it comes without types. */
declare module 'dbus-native/lib/message.js' {
  import type { Readable } from 'node:stream'
  import type { Message } from 'dbus-native'

  /** Throws for values that do not fit their signature. */
  export function marshall(message: Message): Buffer

  /** Reads what comes on a stream, until `onError` is called for what can't be read. */
  export function unmarshalMessages(
    stream: Readable,
    onMessage: (message: Message) => void,
    options: { maxMessageSize: number },
    onError: (error: Error) => void,
  ): void
}
