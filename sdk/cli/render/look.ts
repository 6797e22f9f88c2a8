/** What rendering depends on besides its data. */

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

export interface Look {
  /** Colours a text, or gives it back as it is. */
  paint(style: Style, text: string): string
  /** Columns of the terminal; undefined when the output is no terminal: then nothing is cut. */
  columns: number | undefined
}

/** For files, pipes and tests. */
export const plain: Look = { paint: (_style, text) => text, columns: undefined }
