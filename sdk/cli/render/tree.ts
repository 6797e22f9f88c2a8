/** Trees of text. Pure. */

export interface TreeNode {
  /** Shown as it is: its maker makes it printable. */
  text: string
  children?: readonly TreeNode[]
}

/** Draws nodes below each other, and what belongs to a node indented below it. */
export function drawTree(nodes: readonly TreeNode[]): string {
  return nodes.flatMap((node) => [node.text, ...branches(node.children ?? [], '')]).join('\n')
}

function branches(nodes: readonly TreeNode[], indent: string): string[] {
  return nodes.flatMap((node, index) => {
    const isLast = index === nodes.length - 1
    return [
      `${indent}${isLast ? '└─ ' : '├─ '}${node.text}`,
      ...branches(node.children ?? [], `${indent}${isLast ? '   ' : '│  '}`),
    ]
  })
}
