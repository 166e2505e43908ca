import { Code } from '@mantine/core'

/** Something to be typed at a login. */
export function TypedWord({ children }: { readonly children: string }) {
  return <Code className="typed-word">{children}</Code>
}
